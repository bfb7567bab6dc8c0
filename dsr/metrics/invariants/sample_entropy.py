"""Sample entropy: how surely a stretch that looks like another goes on like it, scale by scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from dsr.checks import positive, whole
from dsr.data import as_series, trajectories
from dsr.errors import InputError
from dsr.kernels.complexity import matching_templates
from dsr.metrics.doors import Floats

__all__ = ["multiscale_entropy", "sample_entropy"]

# Pairs looked at in one trajectory: beyond 22,000 samples not all templates are compared with all.
MOST_PAIRS = 500_000_000
FEWEST_REFERENCES = 2_000
SHORTEST_SCALE = 200


def sample_entropy(
    series: Any, *, length: int = 2, radius: float = 0.2, delay: int = 1
) -> xr.Dataset:
    r"""Estimate the sample entropy of each variable: :math:`-\ln (A / B)`.

    B counts pairs of templates of ``length`` samples in which no sample differs by more than
    the radius, A those of them that are alike in the next sample too.

    Parameters
    ----------
    series : series
    length : int
        Samples in a template (m).
    radius : float
        Tolerance, in standard deviations of the variable over all trajectories (r).
    delay : int
        Samples between the members of a template.

    Returns
    -------
    Dataset
        Over "variable": ``entropy`` (nats; NaN if no template of ``length`` has a match, infinite
        if none goes on alike), ``matches`` (B) and ``longer_matches`` (A), as ordered pairs,
        ``radius`` (in the units of the variable). Counts are summed over trajectories; no pair
        crosses from one to another. ``attrs["references"]`` is the number of templates that were
        compared with all others: all of them up to 22,000 samples of a trajectory, fewer at even
        distances beyond, at the least 2,000.

    Raises
    ------
    InputError
        If a trajectory has fewer than ten templates, holds NaN, or an option is out of range.

    Notes
    -----
    A value rests on its matches: below some hundred ``longer_matches`` it is mostly chance.

    References
    ----------
    Richman & Moorman, Am. J. Physiol. 278, H2039 (2000).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import sample_entropy
    >>> noise = np.random.default_rng(0).standard_normal(5000)
    >>> round(float(sample_entropy(noise).entropy), 1)  # -ln erf(0.1) = 2.18 in theory
    2.2
    """
    checked, parts = _checked(series, length, delay)
    radius = positive("radius", radius)
    rows, references = [], 0
    for v in range(checked.sizes["variable"]):
        columns = [np.ascontiguousarray(part[:, v]) for part in parts]
        reach = radius * float(np.concatenate(columns).std())
        matches, longer, references = _counts(columns, length, delay, reach)
        rows.append((_entropy(matches, longer), matches, longer, reach))
    entropy, matched, on, reaches = (list(one) for one in zip(*rows, strict=True))
    return xr.Dataset(
        {
            "entropy": ("variable", entropy, {"units": "nats"}),
            "matches": ("variable", matched),
            "longer_matches": ("variable", on),
            "radius": ("variable", reaches),
        },
        coords={"variable": checked["variable"].values},
        attrs={"length": length, "delay": delay, "references": references},
    ).squeeze("variable" if len(rows) == 1 else [])


def multiscale_entropy(
    series: Any, *, scales: int | None = None, length: int = 2, radius: float = 0.2
) -> xr.Dataset:
    """Estimate the sample entropy of each variable averaged over windows of 1, 2, ... samples.

    Parameters
    ----------
    series : series
    scales : int, optional
        Longest window. Default: 20, or fewer so that 200 windows of it fit into the shortest
        trajectory.
    length : int
        Samples in a template.
    radius : float
        Tolerance at all scales, in standard deviations of the variable before averaging.

    Returns
    -------
    Dataset
        ``entropy`` (nats) over ("variable", "scale"), ``longer_matches`` likewise (see
        `sample_entropy`), and ``index`` over "variable", the sum of entropies over scales.

    Raises
    ------
    InputError
        If fewer than 200 windows of the longest scale fit into a trajectory, or as in
        `sample_entropy`.

    Notes
    -----
    White noise falls with scale, as :math:`-\\ln \\operatorname{erf}(r \\sqrt{s} / 2)`, and 1/f
    noise stays level: not the height but the course over scales tells the two apart. A rise at
    small scales only says that the series is finely sampled.

    References
    ----------
    Costa, Goldberger & Peng, Phys. Rev. Lett. 89, 068102 (2002).

    Examples
    --------
    >>> import numpy as np
    >>> from dsr.metrics import multiscale_entropy
    >>> noise = np.random.default_rng(0).standard_normal(5000)
    >>> found = multiscale_entropy(noise, scales=5)
    >>> bool((found.entropy.diff("scale") < 0).all())
    True
    """
    checked, parts = _checked(series, length, 1)
    radius = positive("radius", radius)
    shortest = min(len(part) for part in parts)
    most = (
        max(1, min(20, shortest // SHORTEST_SCALE)) if scales is None else whole("scales", scales)
    )
    if scales is not None and most > 1 and shortest // most < SHORTEST_SCALE:
        raise InputError(
            f"{shortest} samples hold only {shortest // most} windows of {most}; pass scales= up "
            f"to {max(1, shortest // SHORTEST_SCALE)}, so that {SHORTEST_SCALE} fit, or more data"
        )
    width = checked.sizes["variable"]
    entropy, longer = np.empty((width, most)), np.empty((width, most), dtype=np.int64)
    for v in range(width):
        columns = [part[:, v] for part in parts]
        reach = radius * float(np.concatenate(columns).std())
        for s in range(1, most + 1):
            coarse = [_averaged(column, s) for column in columns]
            matches, longer[v, s - 1], _ = _counts(coarse, length, 1, reach)
            entropy[v, s - 1] = _entropy(matches, int(longer[v, s - 1]))
    return xr.Dataset(
        {
            "entropy": (("variable", "scale"), entropy, {"units": "nats"}),
            "longer_matches": (("variable", "scale"), longer),
            "index": ("variable", entropy.sum(axis=1), {"units": "nats"}),
        },
        coords={
            "variable": checked["variable"].values,
            "scale": ("scale", np.arange(1, most + 1), {"units": "samples"}),
        },
        attrs={"length": length, "radius": radius},
    ).squeeze("variable" if width == 1 else [])


def _checked(series: Any, length: int, delay: int) -> tuple[xr.DataArray, list[Floats]]:
    length, delay = whole("length", length), whole("delay", delay)
    checked = as_series(series, minimum=length * delay + 10, name="series")
    if "variable" not in checked.dims:
        raise InputError("the series is a field; select points or modes of it first")
    return checked, list(trajectories(checked))


def _averaged(column: Floats, scale: int) -> Floats:
    """Means over windows of ``scale`` samples that do not overlap."""
    count = column.size // scale
    return np.ascontiguousarray(column[: count * scale].reshape(count, scale).mean(axis=1))


def _counts(columns: list[Floats], length: int, delay: int, reach: float) -> tuple[int, int, int]:
    """Matches B and A summed over trajectories, and the number of references."""
    matches, longer, used = 0, 0, 0
    for column in columns:
        templates = column.size - length * delay
        order = np.argsort(column[:templates], kind="stable").astype(np.int64)
        count = min(templates, max(FEWEST_REFERENCES, MOST_PAIRS // templates))
        # Even in time, hence without a bias for where the values are dense.
        chosen = np.linspace(0, templates - 1, count).astype(np.int64)
        places = np.empty(templates, dtype=np.int64)
        places[order] = np.arange(templates)
        found = matching_templates(column, length, delay, reach, order, places[chosen])
        matches, longer, used = matches + found[0], longer + found[1], used + count
    return matches, longer, used


def _entropy(matches: int, longer: int) -> float:
    if not matches:
        return float("nan")
    return max(0.0, float(-np.log(longer / matches))) if longer else float("inf")
