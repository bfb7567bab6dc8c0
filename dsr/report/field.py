"""The section of a field: its pictures over time, the growth of the error, energy over scales."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.errors import InputError
from dsr.plots.fields import field_comparison, field_error, radial_spectra
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join

_MOST_FRAMES = 500


def field_section(evidence: Evidence, figures: Figures) -> Markup:
    """Truth, model and error with a time slider; error over lead time; radial spectra."""
    if not evidence.is_field:
        return Markup("")
    parts = [_pictures(evidence, figures)]
    curves = _errors(evidence)
    if curves:
        picture = figures.plot(field_error(curves), "Root mean square error over lead time")
        caption = (
            "Root mean square error over all cells of the free run from the beginning of the test "
            f"part{', against repeating the last frame' if 'persistence' in curves else ''}. It "
            "levels off where nothing is left that could be predicted."
        )
        parts.append(figures.figure(picture, caption=caption))
    spectra = [_spectrum(f, evidence.observed) for f in (evidence.observed, evidence.generated)]
    if spectra[0] is not None:
        picture = figures.plot(radial_spectra(*spectra), "Energy over radial wavenumber")
        caption = (
            "Energy by radial wavenumber (waves per side), mean over time: whether the run has "
            "structures of every size that the data has. Cells without values are set to the mean."
        )
        parts.append(figures.figure(picture, caption=caption))
    return join(parts)


def _pictures(evidence: Evidence, figures: Figures) -> Markup:
    model = evidence.generated if evidence.forecast is None else evidence.forecast
    wide, narrow = (
        field_comparison(evidence.observed, model, channels=3, columns=columns)
        for columns in (3, 1)
    )
    what = "the free run" if evidence.forecast is None else "the forecast without any later data"
    caption = f"The test part, {what}, and the difference, on the slider’s time."
    if model is None:
        caption = "The test part on the slider’s time."
    caption += " Cells without values are grey."
    if evidence.width > 3:
        caption += f" The first 3 of {evidence.width} channels."
    label = "Field: data, model and difference as maps"
    picture = figures.plot(wide, label, narrow=narrow)
    return figures.figure(picture, caption=caption, class_="wide")


def _errors(evidence: Evidence) -> dict[str, Any]:
    """Curves of the root mean square error: of the model, of baselines, of the last frame."""
    import xarray as xr

    observed, generated = evidence.observed, evidence.generated
    if observed is None or generated is None:
        return {}
    dt = evidence.dt
    first = round((float(generated["time"][0]) - float(observed["time"][0])) / dt)
    first = first if 0 <= first < observed.sizes["time"] else 0
    length = min(observed.sizes["time"] - first, generated.sizes["time"])
    truth = observed.values[:, first : first + length]
    start = max(first - 1, 0)
    attrs = {"dt": dt, "time_unit": evidence.time_unit}
    units = set(np.atleast_1d(observed.attrs.get("variable_units", [])))
    if len(units) == 1:
        attrs["units"] = units.pop()

    def curve(values: Any) -> Any:
        return xr.DataArray(values, dims="time", attrs=attrs)

    def error(made: Any) -> Any:
        with np.errstate(all="ignore"):
            squares = np.where(np.isfinite(truth), (made - truth) ** 2, 0.0).sum(axis=(0, 2, 3, 4))
        return curve(np.sqrt(squares / np.maximum(np.isfinite(truth).sum(axis=(0, 2, 3, 4)), 1)))

    metrics, baselines = evidence.metrics, evidence.baselines
    curves: dict[str, Any] = {}
    if metrics is not None and "rmse_curve" in metrics:
        curves[evidence.model] = curve(np.asarray(metrics["rmse_curve"].values)[:length])
    else:
        curves[evidence.model] = error(generated.values[: len(truth), :length])
    if baselines is not None and "rmse_curve" in baselines:
        for name in baselines["baseline"].values:
            one = baselines["rmse_curve"].sel(baseline=name)
            curves[str(name)] = curve(np.asarray(one.values)[:length])
    curves.setdefault("persistence", error(observed.values[:, start : start + 1]))
    return curves


def _spectrum(field: Any, like: Any) -> Any:
    """Radial spectrum of a field, None where it has none."""
    from dsr.metrics import radial_energy_spectrum

    if field is None or min(field.sizes["y"], field.sizes["x"]) < 6:
        return None
    mean = like.mean(("trajectory", "time", "y", "x"))
    land = ~np.isfinite(like).any(("trajectory", "time"))
    part = field.isel(time=slice(0, _MOST_FRAMES))
    try:
        with np.errstate(all="ignore"):
            return radial_energy_spectrum(part.where(~land, mean).transpose(*field.dims))
    except InputError:
        return None
