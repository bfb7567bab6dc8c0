"""Fields: errors by hand, SSIM by its formula, Parseval, exact correlations, and POD space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import correlate

from dsr.errors import InputError
from dsr.metrics import (
    correlation_time,
    nmse,
    pod_divergence,
    radial_energy_spectrum,
    radial_spectrum_distance,
    rmse,
    ssim,
    state_space_divergence,
)

Array = NDArray[np.float64]

DIMS = ("trajectory", "time", "channel", "y", "x")


def wave(height: int, width: int, ky: int, kx: int, phase: float = 0.3) -> Array:
    """Frame (height, width) of a plane wave with whole wavenumbers."""
    y, x = np.meshgrid(np.arange(height) / height, np.arange(width) / width, indexing="ij")
    return np.asarray(np.cos(2 * np.pi * (ky * y + kx * x) + phase))


def growing(rng: np.random.Generator, shape: tuple[int, ...] = (2, 5, 3, 17, 14)) -> Array:
    """Field whose frames and channels have scales of their own."""
    field = rng.normal(size=shape)
    field *= np.arange(1, shape[1] + 1)[:, None, None, None]
    return np.asarray(field * np.array([1.0, 10.0, 0.1])[: shape[2], None, None] + 2.0)


# Errors frame by frame -----------------------------------------------------------------------


def test_rmse_and_nmse_of_two_by_two_frames_are_those_of_the_hand() -> None:
    reference = np.array([[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 2.0]]])
    generated = reference + np.array([[[1.0, -1.0], [1.0, 1.0]], [[0.0, 2.0], [0.0, 0.0]]])
    # Sums of squared errors 4 and 4 over 4 points; energies 30 and 4.
    assert rmse(reference, generated).values.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(nmse(reference, generated), [4 / 30, 1.0], rtol=1e-15)
    # Time means [[.5, 1], [1.5, 3]]: anomalies +-[[.5, 1], [1.5, 1]], energy 4.5 at both times.
    found = nmse(reference, generated, anomaly=True)
    np.testing.assert_allclose(found, [4 / 4.5, 4 / 4.5], rtol=1e-15)
    assert "anomaly" in found.attrs["form"]
    assert "anomaly" not in nmse(reference, generated).attrs["form"]


def test_errors_are_kept_for_each_trajectory_and_channel(rng: np.random.Generator) -> None:
    u, v = growing(rng), growing(rng)
    error = ((u - v) ** 2).mean(axis=(-2, -1))
    found = rmse(u, v)
    assert found.dims == ("trajectory", "time", "channel")
    np.testing.assert_allclose(found, np.sqrt(error), rtol=1e-13)
    anomaly = ((u - u.mean(axis=1, keepdims=True)) ** 2).mean(axis=(-2, -1))
    np.testing.assert_allclose(nmse(u, v), error / (u**2).mean(axis=(-2, -1)), rtol=1e-13)
    np.testing.assert_allclose(nmse(u, v, anomaly=True), error / anomaly, rtol=1e-13)


def test_the_time_mean_has_an_anomaly_error_of_one(rng: np.random.Generator) -> None:
    """Climatology leaves exactly the anomaly, whatever the size of the mean itself."""
    u = growing(rng)
    climate = np.broadcast_to(u.mean(axis=1, keepdims=True), u.shape)
    np.testing.assert_allclose(nmse(u, climate, anomaly=True), 1.0, rtol=1e-12)
    np.testing.assert_allclose(nmse(u + 1e3, climate + 1e3, anomaly=True), 1.0, rtol=1e-9)
    assert float(nmse(u + 1e3, climate + 1e3).max()) < 0.01


def test_frames_without_energy_are_right_or_infinitely_wrong() -> None:
    silence = np.zeros((2, 4, 4))
    heard = silence.copy()
    heard[1, 0, 0] = 1e-9
    assert nmse(silence, heard).values.tolist() == [0.0, np.inf]


def test_labelled_fields_are_matched_by_the_names_of_their_dims(rng: np.random.Generator) -> None:
    u, v = growing(rng), growing(rng)
    labelled = xr.DataArray(
        u, dims=DIMS, coords={"time": 0.5 * np.arange(5), "channel": list("uvw")}
    )
    turned = xr.DataArray(v, dims=DIMS).transpose("x", "channel", "time", "trajectory", "y")
    found = ssim(labelled, turned)
    np.testing.assert_array_equal(found, ssim(u, v))
    assert found["time"].values.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert found["channel"].values.tolist() == ["u", "v", "w"]


# Structural similarity -----------------------------------------------------------------------


def textbook_ssim(u: Array, v: Array, extent: float) -> float:
    """Equation 13 of Wang et al. 2004 with an explicit 11 x 11 window, border left out."""
    offsets = np.arange(-5, 6)
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2 * 1.5**2))
    window /= window.sum()

    def local(image: Array) -> Array:
        return np.asarray(correlate(image, window)[5:-5, 5:-5])

    c1, c2 = (0.01 * extent) ** 2, (0.03 * extent) ** 2
    mu, mv = local(u), local(v)
    uu, vv, uv = local(u * u) - mu**2, local(v * v) - mv**2, local(u * v) - mu * mv
    image = (2 * mu * mv + c1) * (2 * uv + c2) / ((mu**2 + mv**2 + c1) * (uu + vv + c2))
    return float(image.mean())


def test_ssim_of_identity_is_one(rng: np.random.Generator) -> None:
    u = growing(rng)
    np.testing.assert_allclose(ssim(u, u), 1.0, atol=1e-12)


def test_ssim_equals_its_formula_with_the_range_of_a_channel_over_all_time(
    rng: np.random.Generator,
) -> None:
    """Frames grow fivefold and channels differ a hundredfold: one frame sets no scale."""
    u = growing(rng)
    v = u + 0.7 * np.std(u, axis=(3, 4), keepdims=True) * rng.normal(size=u.shape)
    found = ssim(u, v)
    assert found.dims == ("trajectory", "time", "channel")
    for k, t, c in np.ndindex(found.shape):
        expected = textbook_ssim(u[k, t, c], v[k, t, c], float(np.ptp(u[k, :, c])))
        assert float(found[k, t, c]) == pytest.approx(expected, abs=1e-10)


def test_ssim_takes_its_range_from_the_reference_alone(rng: np.random.Generator) -> None:
    u = rng.random((3, 12, 12))
    v = 4.0 * u
    expected = [textbook_ssim(a, b, float(np.ptp(u))) for a, b in zip(u, v, strict=True)]
    np.testing.assert_allclose(ssim(u, v), expected, atol=1e-10)


def test_ssim_of_the_negative_of_a_checkerboard_is_near_minus_one() -> None:
    """Local means vanish and variances are 1: (C2 - 2) / (C2 + 2) is left."""
    board = (-1.0) ** np.add.outer(np.arange(20), np.arange(20))[np.newaxis]
    c2 = (0.03 * 2.0) ** 2
    assert float(ssim(board, -board)[0]) == pytest.approx((c2 - 2) / (c2 + 2), abs=1e-6)


# Correlation time ----------------------------------------------------------------------------


def with_correlation(u: Array, levels: list[float], rng: np.random.Generator) -> Array:
    """Frames whose spatial correlation with those of ``u`` is exactly the level of their time."""
    frames = []
    for frame, r in zip(u, levels, strict=True):
        a = frame - frame.mean()
        b = rng.normal(size=frame.shape)
        b -= b.mean() + a * (b * a).sum() / (a * a).sum()
        frames.append(r * a / np.linalg.norm(a) + np.sqrt(1 - r**2) * b / np.linalg.norm(b))
    return np.stack(frames)


def test_correlation_time_of_equal_fields_is_censored_at_the_end(rng: np.random.Generator) -> None:
    u = xr.DataArray(
        rng.normal(size=(8, 6, 5)),
        dims=("time", "y", "x"),
        coords={"time": 3.0 + 0.25 * np.arange(8)},
        attrs={"time_unit": "h"},
    )
    found = correlation_time(u, u)
    assert found.values.tolist() == [2.0, 2.0, 2.0]
    assert found["censored"].values.all()
    assert found.attrs["units"] == "h"


def test_correlation_time_is_the_lead_at_which_each_threshold_is_crossed(
    rng: np.random.Generator,
) -> None:
    """Scale and offset of a frame do not count, and what comes back later comes too late."""
    u = 3.0 + rng.normal(size=(7, 9, 8))
    v = 5.0 * with_correlation(u, [1.0, 0.97, 0.9, 0.7, 0.96, 0.3, 1.0], rng) - 2.0
    found = correlation_time(u, v)
    assert found["threshold"].values.tolist() == [0.95, 0.8, 0.5]
    assert found.values.tolist() == [2.0, 3.0, 5.0]
    assert not found["censored"].values.any()
    timed = xr.DataArray(u, dims=("time", "y", "x"), coords={"time": 10.0 + 0.25 * np.arange(7)})
    assert correlation_time(timed, v).values.tolist() == [0.5, 0.75, 1.25]
    low = correlation_time(u, v, thresholds=(0.8, 0.2))
    assert low.values.tolist() == [3.0, 7.0]
    assert low["censored"].values.tolist() == [False, True]


def test_correlation_time_is_kept_for_each_channel(rng: np.random.Generator) -> None:
    u = rng.normal(size=(4, 2, 6, 6))
    v = u.copy()
    v[2:, 1] *= -1.0
    found = correlation_time(u, v, thresholds=(0.5,))
    assert found.dims == ("channel", "threshold")
    assert found.values.tolist() == [[4.0], [2.0]]


# Radial energy spectrum ----------------------------------------------------------------------


@pytest.mark.parametrize("grid", [(16, 16), (15, 15), (12, 21), (1, 8)])
def test_all_shells_sum_to_half_the_mean_square(
    rng: np.random.Generator, grid: tuple[int, int]
) -> None:
    """Parseval's theorem; the corners of the square of wavenumbers are in the last shell."""
    u = 3.0 + rng.normal(size=(2, 4, 3, *grid))
    found = radial_energy_spectrum(u)
    expected = (u**2).mean(axis=(1, 3, 4)) / 2
    np.testing.assert_allclose(found.sum("wavenumber"), expected, rtol=1e-12)
    assert found["wavenumber"].values.tolist() == list(range(max(grid) // 2 + 2))


def test_a_constant_field_has_its_energy_in_shell_zero() -> None:
    found = radial_energy_spectrum(np.full((3, 8, 8), 3.0)).values
    np.testing.assert_allclose(found, [4.5, *np.zeros(5)], atol=1e-15)


@pytest.mark.parametrize(
    ("grid", "k", "shell"),
    [
        ((32, 32), (0, 3), 3),
        ((32, 32), (7, 0), 7),
        ((32, 32), (-3, 4), 5),
        ((32, 32), (2, 2), 3),  # 2.83 is nearer to 3
        ((32, 32), (1, 1), 1),  # 1.41 is nearer to 1
        ((24, 40), (3, 0), 5),  # 8 points long, as 5 waves along the longer side
        ((24, 40), (3, 3), 6),  # 5.83
        ((32, 32), (15, 15), 17),  # 21.2 is in a corner
        ((24, 40), (0, 13), 13),
    ],
)
def test_a_plane_wave_has_a_quarter_of_its_squared_amplitude_in_its_shell(
    grid: tuple[int, int], k: tuple[int, int], shell: int
) -> None:
    """The mean square of a cosine is one half."""
    energy = radial_energy_spectrum(3.0 * wave(*grid, *k)[np.newaxis])
    expected = np.zeros(energy.size)
    expected[shell] = 9.0 / 4.0
    np.testing.assert_allclose(energy, expected, atol=1e-13)


def test_one_wavelength_is_in_one_shell_whichever_way_it_runs() -> None:
    """On 32 x 64 points 8 points of wavelength were wave 4 along y and wave 8 along x."""
    down, across = (radial_energy_spectrum(wave(32, 64, *k)[np.newaxis]) for k in ((4, 0), (0, 8)))
    assert down.values.argmax() == across.values.argmax() == 8
    np.testing.assert_allclose(down, across, atol=1e-13)


def test_coordinates_say_how_long_a_cell_is() -> None:
    """Half as many points over the same length: wave 4 is wave 4 in both directions."""
    coarse = xr.DataArray(
        wave(32, 64, 4, 0)[np.newaxis], dims=("time", "y", "x"),
        coords={"y": 2.0 * np.arange(32), "x": 1.0 * np.arange(64)},
    )  # fmt: skip
    assert radial_energy_spectrum(coarse).values.argmax() == 4


def test_the_spectrum_is_the_mean_of_those_of_the_frames() -> None:
    """Powers are averaged, not frames: a wave and its negative do not cancel."""
    one = wave(16, 16, 0, 2)
    found = radial_energy_spectrum(np.stack([one, -one, np.zeros_like(one), wave(16, 16, 5, 0)]))
    np.testing.assert_allclose(found[[2, 5]], [0.125, 0.0625], atol=1e-14)


def test_a_field_that_is_not_periodic_is_seen_through_a_hann_window(
    rng: np.random.Generator,
) -> None:
    u = rng.normal(size=(3, 10, 14))
    window = np.outer(*(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1)) for n in (10, 14)))
    found = radial_energy_spectrum(u, periodic=False)
    np.testing.assert_allclose(found, radial_energy_spectrum(u * window), rtol=1e-11)
    assert float(found.sum()) == pytest.approx(((u * window) ** 2).mean() / 2, rel=1e-12)


def test_the_distance_of_a_spectrum_to_itself_is_zero(rng: np.random.Generator) -> None:
    """Phases do not matter to a spectrum: neither do shifts, mirrors or the order of time."""
    u = growing(rng)
    for other in (u, np.roll(u, (3, 5), axis=(3, 4)), u[:, ::-1, :, ::-1]):
        found = radial_spectrum_distance(u, other)
        assert float(found["log_distance"]) == pytest.approx(0.0, abs=1e-12)
        assert float(found["hellinger"]) == pytest.approx(0.0, abs=1e-7)  # root of rounding


def test_a_louder_field_differs_in_its_logarithms_only(rng: np.random.Generator) -> None:
    u = rng.normal(size=(4, 16, 16))
    found = radial_spectrum_distance(u, 3.0 * u)
    assert float(found["log_distance"]) == pytest.approx(2 * np.log(3.0), rel=1e-12)
    assert float(found["hellinger"]) == pytest.approx(0.0, abs=1e-7)


def test_hellinger_distances_of_waves_are_those_of_the_hand() -> None:
    """Shares (1, 0) and (1/2, 1/2) have the affinity sqrt(1/2); disjoint ones have none."""
    low, high = wave(16, 16, 0, 2)[np.newaxis], wave(16, 16, 5, 0)[np.newaxis]
    half = radial_spectrum_distance(low, low + high)
    assert float(half["hellinger"]) == pytest.approx(np.sqrt(1 - np.sqrt(0.5)), rel=1e-7)
    # Shell 2, the only one the reference fills, holds the same energy in both.
    assert float(half["log_distance"]) == pytest.approx(0.0, abs=1e-12)
    assert float(radial_spectrum_distance(low, high)["hellinger"]) == pytest.approx(1.0, abs=1e-7)
    silent = radial_spectrum_distance(low, 0.0 * low)
    assert float(silent["hellinger"]) == 1.0
    assert np.isfinite(float(silent["log_distance"]))


def test_log_distances_are_root_mean_squares_over_the_shells_that_are_filled() -> None:
    """The energies of two shells change by the factors 9 and 1; the others hold rounding only."""
    low, high = wave(16, 16, 0, 2)[np.newaxis], wave(16, 16, 5, 0)[np.newaxis]
    found = radial_spectrum_distance(low + high, 3.0 * low + high)
    assert float(found["log_distance"]) == pytest.approx(np.log(9.0) / np.sqrt(2.0), rel=1e-12)


def test_spectra_are_averaged_over_trajectories_before_they_are_compared() -> None:
    """Energies 1 and 9 have the mean 5: as much as one field of that energy has."""
    one = wave(16, 16, 0, 2)[np.newaxis, np.newaxis, np.newaxis]
    found = radial_spectrum_distance(
        np.concatenate([one, 3.0 * one]), np.sqrt(5.0) * np.concatenate([one, one])
    )
    assert float(found["log_distance"]) == pytest.approx(0.0, abs=1e-12)


def test_distances_are_means_over_channels(rng: np.random.Generator) -> None:
    u = rng.normal(size=(3, 2, 12, 12))
    v = u * np.array([1.0, np.e])[:, None, None]
    assert float(radial_spectrum_distance(u, v)["log_distance"]) == pytest.approx(1.0, rel=1e-12)


# Proper orthogonal decomposition --------------------------------------------------------------


def modal(amplitudes: Array, grid: tuple[int, int] = (2, 8)) -> Array:
    """Field (T, y, x) of amplitudes (T, n) on orthonormal plane waves, with a mean."""
    shapes = np.stack([wave(*grid, 0, k + 1) for k in range(amplitudes.shape[1])])
    shapes /= np.linalg.norm(shapes, axis=(1, 2), keepdims=True)
    return np.asarray(5.0 + np.tensordot(amplitudes, shapes, axes=1))


def binned_divergence(x: Array, y: Array) -> float:
    """Divergence by its definition: 30 bins a side, one cell for what lies outside."""
    margin = 0.1 * x.std(axis=0, ddof=1)
    edges = [
        np.linspace(a, b, 31) for a, b in zip(x.min(0) - margin, x.max(0) + margin, strict=True)
    ]

    def cells(z: Array) -> Array:
        counts = np.histogramdd(z, edges)[0].ravel()
        return np.append(counts, len(z) - counts.sum()) + 1e-5

    p, q = (c / c.sum() for c in (cells(x), cells(y)))
    return float((p * np.log(p / q)).sum())


def test_a_field_of_one_mode_is_as_far_as_its_amplitudes(rng: np.random.Generator) -> None:
    """One mode is an affine image of its amplitude, and cells are laid by range and deviation."""
    a = rng.normal(size=(4000, 1))
    floor = pod_divergence(modal(a[:2000]), modal(a[2000:]))
    assert floor.attrs["modes"] == 1
    assert float(floor) == pytest.approx(
        float(state_space_divergence(a[:2000], a[2000:])), abs=1e-9
    )
    wrong = float(pod_divergence(modal(a[:2000]), modal(2.0 * a[2000:])))
    assert wrong == pytest.approx(binned_divergence(a[:2000], 2.0 * a[2000:]), abs=1e-9)
    assert float(floor) < 0.1 < wrong


def test_two_halves_of_a_process_are_near_the_floor_and_a_wrong_one_is_not(
    rng: np.random.Generator,
) -> None:
    """The floor is the divergence of as many independent draws of the amplitudes themselves."""
    a = rng.normal(size=(3, 6000, 2)) * [3.0, 1.0]
    field = modal(np.concatenate([a[0], a[1]]))
    halves = float(pod_divergence(field[:6000], field[6000:]))
    assert halves == pytest.approx(binned_divergence(a[0], a[2]), rel=0.3)
    correlated = modal(np.stack([a[1, :, 0], a[1, :, 0] / 3.0], axis=1))
    for wrong in (correlated, modal(a[1] * [1.0, 2.0]), modal(a[1] + [2.0, 0.0])):
        assert float(pod_divergence(field[:6000], wrong)) > 2.0 * halves


def test_modes_are_as_many_as_the_energy_needs(rng: np.random.Generator) -> None:
    """Against the eigenvalues of the covariance of the points."""
    field = modal(rng.normal(size=(500, 3)) * [3.0, 1.0, 0.2])
    flat = field.reshape(500, -1)
    values, vectors = np.linalg.eigh(np.cov(flat.T))
    share = np.cumsum(values[::-1]) / values.sum()
    assert share[0] < 0.95 < share[1] < 0.9999 < share[2]
    other = modal(rng.normal(size=(500, 3)) * [3.0, 2.0, 0.2])
    found = pod_divergence(field, other)
    assert found.attrs["modes"] == 2
    assert found.attrs["energy"] == pytest.approx(share[1], rel=1e-10)
    projected = [(f.reshape(500, -1) - flat.mean(0)) @ vectors[:, :-3:-1] for f in (field, other)]
    assert float(found) == pytest.approx(binned_divergence(*projected), abs=1e-9)
    assert pod_divergence(field, field, energy=0.9999).attrs["modes"] == 3
    assert pod_divergence(field, field, modes=1).attrs["energy"] == pytest.approx(share[0])
    assert pod_divergence(field, field, modes=9).attrs["modes"] == 3  # the field has no more


def test_many_modes_are_cut_at_twenty_and_compared_as_mixtures(rng: np.random.Generator) -> None:
    noise = rng.normal(size=(2, 100, 8, 8))
    found = pod_divergence(noise[0], noise[1])
    assert found.attrs["modes"] == 20
    assert found.attrs["method"] == "gmm"
    assert float(pod_divergence(noise[0], noise[0])) == 0.0
    assert float(found) < float(pod_divergence(noise[0], 3.0 * noise[1]))


def test_modes_come_from_the_training_field(rng: np.random.Generator) -> None:
    """What lies across the training field's only mode is not seen; without it, it is."""
    along, across = rng.normal(size=(2, 400))
    reference = modal(np.stack([along, 3.0 * across], axis=1))
    generated = modal(np.stack([along, 9.0 * across], axis=1))
    training = modal(np.stack([rng.normal(size=300), np.zeros(300)], axis=1))
    blind = pod_divergence(reference, generated, training=training)
    assert blind.attrs["modes"] == 1
    assert float(blind) == pytest.approx(0.0, abs=1e-12)
    assert float(pod_divergence(reference, generated)) > 0.5


# Bad models and bad input --------------------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_frames_that_are_not_finite_have_the_worst_score_and_a_reason(
    rng: np.random.Generator, bad: float
) -> None:
    u = rng.normal(size=(6, 12, 12))
    v = u.copy()
    v[4, 3, 3] = bad
    v[5] = bad
    for metric, good, worst in ((rmse, 0.0, np.inf), (nmse, 0.0, np.inf), (ssim, 1.0, 0.0)):
        found = metric(u, v)
        np.testing.assert_allclose(found[:4], good, atol=1e-12)
        assert found.values[4:].tolist() == [worst, worst]
        assert "not finite" in found.attrs["reason"]
    assert correlation_time(u, v).values.tolist() == [4.0, 4.0, 4.0]
    distance = radial_spectrum_distance(u, v)
    assert float(distance["log_distance"]) == np.inf
    assert float(distance["hellinger"]) == 1.0
    assert "not finite" in distance.attrs["reason"]


@pytest.mark.parametrize("size", [1e155, 1e200, 1e308])
def test_frames_whose_squares_overflow_have_defined_errors(
    rng: np.random.Generator, size: float
) -> None:
    u = rng.normal(size=(6, 12, 12))
    v = u.copy()
    v[4:] = size * np.sign(u[4:])
    assert rmse(u, v).values.tolist() == [0.0] * 4 + [np.inf] * 2
    assert nmse(u, v).values.tolist() == [0.0] * 4 + [np.inf] * 2
    assert correlation_time(u, v).values.tolist() == [4.0] * 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e308])
def test_modes_of_a_diverged_field_count_as_outside(rng: np.random.Generator, bad: float) -> None:
    """Exactly -ln(share inside) is added where the rest is right: here ln 2 for one half."""
    a = rng.normal(size=(2000, 1))
    field = modal(np.concatenate([a, a]))
    gone = field.copy()
    gone[2000:] = bad
    found = pod_divergence(field, gone)
    assert found.attrs["share_outside"] == 0.5
    assert float(found) == pytest.approx(np.log(2.0), abs=1e-6)
    lost = pod_divergence(field, np.full_like(field, bad))
    assert lost.attrs["share_outside"] == 1.0
    assert np.isfinite(float(lost))
    assert float(lost) > 10.0


@pytest.mark.parametrize("metric", [rmse, nmse, ssim, correlation_time])
def test_frames_are_compared_on_the_same_times_and_grid(
    rng: np.random.Generator, metric: Callable[..., Any]
) -> None:
    u = rng.normal(size=(5, 12, 13))
    for other in (u[:4], u[:, :, :12], u.transpose(0, 2, 1), np.stack([u, u], axis=1)):
        with pytest.raises(InputError, match="shape"):
            metric(u, other)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((12, 12)),
        np.zeros((1, 1, 2, 1, 12, 12)),
        np.zeros((0, 12, 12)),
        np.array([[["a", "b"]]]),
        np.zeros((2, 4, 4), dtype=complex),
        xr.DataArray(np.zeros((2, 12, 12)), dims=("time", "lat", "lon")),
        xr.DataArray(np.zeros((12, 12)), dims=("y", "x")),
        np.full((2, 12, 12), np.nan),
    ],
)
def test_what_is_no_field_is_refused_as_a_reference(wrong: Any) -> None:
    for metric in (rmse, ssim, correlation_time, radial_spectrum_distance, pod_divergence):
        with pytest.raises(InputError):
            metric(wrong, wrong)
    with pytest.raises(InputError):
        radial_energy_spectrum(wrong)


def test_images_below_the_window_and_constant_channels_have_no_ssim() -> None:
    frames = np.random.default_rng(0).random((2, 10, 30))
    with pytest.raises(InputError, match="11 x 11"):
        ssim(frames, frames)
    with pytest.raises(InputError, match="constant"):
        ssim(np.ones((2, 12, 12)), np.ones((2, 12, 12)))


def test_spectra_and_modes_need_one_grid_but_not_one_length(rng: np.random.Generator) -> None:
    u = rng.normal(size=(60, 6, 8))
    for function in (radial_spectrum_distance, pod_divergence):
        with pytest.raises(InputError, match="grid"):
            function(u, u.transpose(0, 2, 1))
        function(u, u[:40])
    with pytest.raises(InputError, match="grid"):
        pod_divergence(u, u, training=u[:, :4])


def test_a_field_that_stands_still_has_no_modes() -> None:
    still = np.repeat(wave(6, 6, 0, 1)[np.newaxis], 50, axis=0)
    with pytest.raises(InputError, match="does not vary"):
        pod_divergence(still, still)
