"""Hellinger distance of spectra: invariances, theory of noise, conventions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from dsr.errors import InputError
from dsr.metrics import autocorrelation_distance, hellinger_spectral_distance


def textbook(x: np.ndarray, y: np.ndarray, sigma: float, convention: str) -> float:
    mode = "mirror" if convention == "icml2023" else "reflect"
    spectra = []
    for z in (x, y):
        power = np.abs(np.fft.rfft((z - z.mean()) / z.std())) ** 2
        power = gaussian_filter1d(power, sigma, mode=mode, truncate=4)
        spectra.append(power / power.sum())
    p, q = spectra
    if convention == "neurips2024":
        return float(np.sqrt(1 - np.sqrt(p * q).sum()))
    return float(np.sqrt(0.5 * ((np.sqrt(p) - np.sqrt(q)) ** 2).sum()))


@pytest.mark.parametrize("convention", ["icml2023", "neurips2024"])
def test_published_conventions(rng: np.random.Generator, convention: str) -> None:
    x, y = rng.normal(size=(2, 2000)).cumsum(axis=1)
    found = float(hellinger_spectral_distance(x, y, convention=convention)[0])
    assert found == pytest.approx(textbook(x, y, 20.0, convention), abs=1e-12)


def test_scale_offset_and_time_reversal_do_not_matter(rng: np.random.Generator) -> None:
    x = rng.normal(size=(1500, 2)).cumsum(axis=0)
    assert float(hellinger_spectral_distance(x, 3 * x + 1).max()) < 1e-12
    assert float(hellinger_spectral_distance(x, x[::-1]).max()) < 1e-12


@pytest.mark.parametrize(("sigma", "theory", "slack"), [(0, np.sqrt(1 - np.pi / 4), 0.004),
                                                       (5, 0.1188, 0.006)])  # fmt: skip
def test_two_white_series_differ_as_theory_says(
    rng: np.random.Generator, sigma: float, theory: float, slack: float
) -> None:
    pairs = [rng.normal(size=(2, 20_000)) for _ in range(4)]
    found = [float(hellinger_spectral_distance(x, y, smoothing=sigma)[0]) for x, y in pairs]
    assert np.mean(found) == pytest.approx(theory, abs=slack)


def test_degenerate_columns_have_defined_scores(rng: np.random.Generator) -> None:
    x = rng.normal(size=(500, 3))
    y = x.copy()
    y[:, 1] = 2.0
    y[7, 2] = np.nan
    found = hellinger_spectral_distance(x, y)
    assert found.values[1] == found.values[2] == 1.0
    assert found.values[0] < 1e-12
    assert (autocorrelation_distance(x, y).values >= 0).all()


def test_smoothing_in_frequency_units_does_not_change_with_the_length() -> None:
    t = 0.1 * np.arange(8000)
    x, y = np.sin(t), np.sin(1.02 * t)
    resolutions = [
        hellinger_spectral_distance(x[:n], y[:n], bandwidth=0.05).attrs["smoothing"] / n
        for n in (4000, 8000)
    ]
    assert resolutions[0] == pytest.approx(resolutions[1])


def test_wrong_arguments_are_refused(rng: np.random.Generator) -> None:
    x = rng.normal(size=200)
    with pytest.raises(InputError, match="convention"):
        hellinger_spectral_distance(x, x, convention="mine")
    with pytest.raises(InputError, match="smoothing"):
        hellinger_spectral_distance(x, x, smoothing=-1)
    with pytest.raises(InputError, match="equal lengths"):
        hellinger_spectral_distance(x, x[:150], convention="icml2023")
    with pytest.raises(InputError, match="does not vary"):
        hellinger_spectral_distance(np.ones(200), x)
