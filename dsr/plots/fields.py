"""Fields: what was observed beside what a model made, frame by frame, and how the error grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr.errors import InputError
from dsr.plots.prepare import Floats, extent, float32, number
from dsr.plots.theme import DATA, DIVERGING, LAND, MODEL, MUTED, finish, label, log_axis, with_unit

_MOST_VALUES, _MOST_CHANNELS, _MOST_FRAMES = 300_000, 3, 40
_SPECTRUM_DECADES = 10
_WIDE = ((0.0, 0.27), (0.29, 0.56), (0.68, 0.95))
# Pixels of a layout: what is above the first panel, between two, and below the last (the slider).
_TOP, _GAP, _BOTTOM = 40, 56, 130


@dataclass(frozen=True)
class Frames:
    """First trajectory of a field, ready to be drawn: values ``(T, C, Y, X)`` and what they are."""

    values: Floats
    names: list[str]
    axes: dict[str, tuple[Floats, str]]
    times: Floats
    dt: float
    time_unit: str


def _frames(field: Any, name: str) -> Frames:
    """Take a field of any quality apart."""
    labelled = hasattr(field, "dims")
    order = ("trajectory", "time", "channel", "y", "x")
    if labelled:
        if not {"time", "y", "x"} <= set(field.dims) <= set(order):
            raise InputError(
                f"the {name} has dims {tuple(field.dims)}; a field has (trajectory, time, channel, "
                "y, x), of which trajectory and channel may be missing"
            )
        field = field.transpose(*(d for d in order if d in field.dims))
        dims = field.dims
    values = np.asarray(field.values if labelled else field)
    dims = dims if labelled else order[5 - min(values.ndim, 5) :]
    if not labelled and values.ndim == 3:
        dims = ("time", "y", "x")
    if values.dtype.kind not in "fiub" or values.ndim not in (3, 4, 5) or 0 in values.shape:
        raise InputError(
            f"the {name} must be numbers (trajectory, time, channel, y, x) and not empty, not "
            f"{values.dtype} of shape {values.shape}"
        )
    values = values[0] if "trajectory" in dims else values
    values = values if "channel" in dims else values[:, None]
    attrs, coords = getattr(field, "attrs", {}), getattr(field, "coords", {})
    names = (
        [label(v) for v in np.atleast_1d(coords["channel"].values)] if "channel" in coords else []
    )
    units = list(np.atleast_1d(attrs.get("variable_units", [])))
    units = units if len(units) == values.shape[1] else []
    if len(names) != values.shape[1]:
        names = [f"channel {i}" for i in range(values.shape[1])]
    dt: float = number(attrs.get("dt"), 1.0) or 1.0
    start = number(coords["time"].values[0], 0.0) if "time" in coords else 0.0
    return Frames(
        values.astype(np.float64, copy=False),
        [with_unit(n, units[i] if units else "") for i, n in enumerate(names)],
        {d: _axis(coords, d, values.shape[-2 + i]) for i, d in enumerate("yx")},
        start + dt * np.arange(len(values), dtype=np.float64), dt,
        str(attrs.get("time_unit") or "step"),
    )  # fmt: skip


def _axis(coords: Any, dim: str, count: int) -> tuple[Floats, str]:
    """Places of the rows or columns, and the title of their axis; latitudes before numbers."""
    found = [c for c in coords if coords[c].dims == (dim,) and coords[c].dtype.kind in "fiu"]
    for name in sorted(found, key=lambda c: c == dim):
        attrs = coords[name].attrs
        words = label(attrs.get("standard_name") or attrs.get("long_name") or name, 30)
        return np.asarray(coords[name].values, dtype=np.float64), with_unit(
            words, attrs.get("units")
        )
    return np.arange(count, dtype=np.float64), dim


def field_comparison(
    truth: Any, forecast: Any = None, *, channels: int = 1, frames: int = 24, columns: int = 3,
    title: str | None = None,
) -> Any:  # fmt: skip
    """Draw a field, what a model made of it, and the difference, with one slider for the time.

    Parameters
    ----------
    truth : field
        Dims ``(trajectory, time, channel, y, x)``, of which trajectory and channel may be missing;
        the first trajectory is drawn. It chooses the colours.
    forecast : field, optional
        Forecast or free run on the same grid; frames of equal time are compared, frames of equal
        number where the times do not meet.
    channels : int
        How many channels, one row each; at most 3.
    frames : int
        Most positions of the slider, at most 40, spread evenly.
    columns : {3, 1}
        Pictures side by side, or below each other for a narrow page.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        With ``frames``; cells without values (land) are grey. Of a fine grid every second, third
        ... row and column is drawn, so that the figure holds at most 300,000 values.

    Raises
    ------
    InputError
        If one of them is no field, or the grids differ.

    Examples
    --------
    >>> import numpy as np
    >>> t, x = np.arange(50)[:, None, None], np.arange(32)
    >>> wave = np.sin(2 * np.pi * x / 32 - 0.2 * t) * np.ones((1, 16, 1))
    >>> figure = field_comparison(wave, 0.9 * wave)
    >>> len(figure.data), len(figure.frames)
    (3, 24)
    """
    import plotly.graph_objects as go

    data = _frames(truth, "field")
    count = min(max(1, channels), _MOST_CHANNELS, data.values.shape[1])
    at, other, panels = np.arange(len(data.values)), None, 1
    if forecast is not None:
        model = _frames(forecast, "forecast field")
        if model.values.shape[1:] != data.values.shape[1:]:
            raise InputError(
                f"the forecast field has (channel, y, x) of {model.values.shape[1:]} and the field "
                f"{data.values.shape[1:]}; pass fields on one grid"
            )
        at, where = _meeting(data, model)
        other, panels = model.values[where], 3
    chosen = np.unique(np.linspace(0, len(at) - 1, min(frames, _MOST_FRAMES, len(at))).astype(int))
    size = len(chosen) * panels * count * data.values[0, 0].size
    step = int(np.ceil(np.sqrt(size / _MOST_VALUES)))
    cells = (slice(None), slice(count), slice(None, None, step), slice(None, None, step))
    parts = [data.values[at[chosen]][cells]]
    if other is not None:
        with np.errstate(all="ignore"):
            parts += [other[chosen][cells], other[chosen][cells] - parts[0]]
    stack = float32(np.stack(parts, axis=2))
    places = [float32(data.axes[d][0][::step]) for d in "xy"]
    figure = go.Figure([
        go.Heatmap(
            z=stack[0, c, k], x=places[0], y=places[1], coloraxis=_coloraxis(c, k),
            name=("data", "model", "error")[k], hovertemplate="%{x:.4~g}, %{y:.4~g}: %{z:.4~g}",
            xaxis=f"x{c * panels + k + 1}", yaxis=f"y{c * panels + k + 1}",
        )
        for c in range(count) for k in range(panels)
    ])  # fmt: skip
    every = list(range(count * panels))
    figure.frames = [
        go.Frame(
            name=str(i), traces=every,
            data=[go.Heatmap(z=stack[i, c, k]) for c in range(count) for k in range(panels)],
        )
        for i in range(len(chosen))
    ]  # fmt: skip
    height = _arrange(figure, data, count, panels, panels if columns > 1 else 1)
    _colours(figure, data, stack, panels)
    _slide(figure, data, data.times[at[chosen]])
    return finish(figure, height=height, title=title, plot_bgcolor=LAND)


def _coloraxis(channel: int, panel: int) -> str:
    """One scale for data and model of a channel, another for the error."""
    return f"coloraxis{2 * channel + 1 + (panel == 2)}".replace("axis1", "axis", 1)


def _meeting(data: Frames, model: Frames) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Frame numbers of data and model that belong together."""
    at = np.round((model.times - data.times[0]) / data.dt).astype(np.intp)
    inside = np.flatnonzero((at >= 0) & (at < len(data.times)))
    if inside.size:
        return at[inside], inside
    both = np.arange(min(len(data.times), len(model.times)))
    return both, both


def _arrange(figure: Any, data: Frames, count: int, panels: int, columns: int) -> int:
    """Place the panels and their names; returns the height of the figure."""
    shape = data.values.shape[-2:]
    panel = int(np.clip((260 if columns == 3 else 300) * shape[0] / shape[1], 110, 320))
    rows = count * panels // columns
    inner = rows * panel + (rows - 1) * _GAP
    layout: dict[str, Any] = {"annotations": []}
    for index in range(count * panels):
        channel, k = divmod(index, panels)
        row, column = divmod(index, columns)
        top = 1 - row * (panel + _GAP) / inner
        domain = [max(0.0, top - panel / inner), top]
        across = _WIDE[column] if columns == 3 else (0.0, 0.86)
        last, first = row == rows - 1, column == 0
        n = index + 1 if index else ""
        layout[f"xaxis{n}"] = {
            "domain": across, "anchor": f"y{n}", "showticklabels": last, "nticks": 5,
            "title": {"text": data.axes["x"][1] if last else None}, "showgrid": False,
            "matches": "x" if index else None,
        }  # fmt: skip
        layout[f"yaxis{n}"] = {
            "domain": domain, "anchor": f"x{n}", "showticklabels": first, "nticks": 5,
            "title": {"text": data.axes["y"][1] if first else None},
            "matches": "y" if index else None, "showgrid": False,
        }  # fmt: skip
        words = ("data", "model", "model − data")[k]
        if data.values.shape[1] > 1:
            words = f"{data.names[channel]}: {words}"
        layout["annotations"].append({
            "text": words, "x": across[0], "y": top, "xref": "paper", "yref": "paper",
            "xanchor": "left", "yanchor": "bottom",
        })  # fmt: skip
        if k != 1:
            # The bar of data and model stands right of the model where they are side by side.
            right = _WIDE[0 if panels == 1 else k or 1][1] if columns == 3 else across[1]
            layout[_coloraxis(channel, k)] = {
                "colorbar": {
                    "x": right + 0.005, "xanchor": "left", "y": domain[0], "yanchor": "bottom",
                    "len": panel / inner, "thickness": 10, "nticks": 5, "xpad": 4, "ypad": 0,
                    "tickfont": {"size": 11},
                    "title": {"text": "" if k else data.names[channel], "side": "right"},
                }
            }  # fmt: skip
    figure.update_layout(layout, margin={"t": _TOP, "b": _BOTTOM})
    return inner + _TOP + _BOTTOM


def _colours(figure: Any, data: Frames, stack: NDArray[np.float32], panels: int) -> None:
    """Colours of the data from its values, those of the error even about zero."""
    for channel in range(stack.shape[1]):
        low, high = (v[0] for v in extent([stack[:, channel, 0].reshape(-1, 1).astype(float)]))
        figure.layout[_coloraxis(channel, 0)].update(colorscale="Cividis", cmin=low, cmax=high)
        if panels == 3:
            error = np.abs(stack[:, channel, 2])
            error = error[np.isfinite(error)]
            most = float(min(np.quantile(error, 0.99), high - low)) if error.size else 1.0
            most = most or 1e-3 * (high - low)
            axis = figure.layout[_coloraxis(channel, 2)]
            axis.update(colorscale=DIVERGING, cmin=-most, cmax=most)


def _slide(figure: Any, data: Frames, times: Floats) -> None:
    """One slider that puts all panels to a time."""
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    figure.update_layout(
        sliders=[{
            "steps": [
                {"label": f"{time:.10g}", "method": "animate",
                 "args": [[str(i)], {**still, "transition": {"duration": 0}}]}
                for i, time in enumerate(times)
            ],
            "currentvalue": {"prefix": "time ", "suffix": f" {label(data.time_unit, 20)}"},
            "x": 0, "len": 1, "pad": {"t": 52, "b": 0}, "bgcolor": LAND, "bordercolor": MUTED,
            "tickcolor": MUTED, "minorticklen": 0, "ticklen": 4,
        }]
    )  # fmt: skip


def field_error(curves: Mapping[str, Any], *, title: str | None = None) -> Any:
    """Draw the root mean square error of fields over lead time, model against baselines.

    Parameters
    ----------
    curves : mapping of str to Dataset or DataArray
        Names, and what `dsr.metrics.evaluate` returned for a field (``rmse_curve`` over "time") or
        `dsr.metrics.rmse` (over "time"); the first is the model, "persistence" is drawn dashed.
        A single dataset is taken for the model's.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        Error in units of the field over lead time; logarithmic where it spans a decade.

    Raises
    ------
    InputError
        If there is nothing to draw, or one has no ``rmse_curve``.

    Examples
    --------
    >>> import xarray as xr
    >>> def scores(curve):
    ...     return xr.Dataset({"rmse_curve": ("time", curve)}, attrs={"dt": 0.5, "time_unit": "s"})
    >>> curves = {"model": scores([0.1, 0.2, 0.4]), "persistence": scores([0.3, 0.6, 0.9])}
    >>> figure = field_error(curves)
    >>> [trace.name for trace in figure.data], figure.data[0].x.tolist()
    (['model', 'persistence'], [0.5, 1.0, 1.5])
    """
    import plotly.graph_objects as go

    curves = {"model": curves} if hasattr(curves, "dims") else curves
    figure, drawn = go.Figure(), []
    unit, units = "steps", ""
    others = iter(("#009E73", "#0072B2", "#CC79A7", "#E69F00"))
    for index, (name, curve) in enumerate(curves.items()):
        found = curve.get("rmse_curve") if hasattr(curve, "data_vars") else curve
        if found is None:
            raise InputError(f"{label(name)} holds no rmse_curve; evaluate a field")
        over = [d for d in found.dims if d != "time"]
        values = np.asarray(found.mean(over).values, dtype=np.float64)
        attrs = {**found.attrs, **curve.attrs}
        dt = number(attrs.get("dt"), 1.0)
        unit = str(attrs.get("time_unit") or unit)
        units = units or str(attrs.get("units") or "")
        drawn.append(values[np.isfinite(values) & (values > 0)])
        colour = MODEL if index == 0 else MUTED if name == "persistence" else next(others, MUTED)
        figure.add_scatter(
            x=float32(dt * (1 + np.arange(len(values)))), y=float32(values), name=label(name),
            mode="lines+markers" if len(values) <= 40 else "lines", marker={"size": 4},
            line={"color": colour, "width": 1.8, "dash": "dash" if colour == MUTED else "solid"},
            hovertemplate="%{x:.4~g}: %{y:.3~g}",
        )  # fmt: skip
    if not drawn:
        raise InputError("no error to draw; pass what evaluate returned for a field")
    known = np.concatenate(drawn)
    wide = bool(known.size) and known.max() > 10 * known.min()
    figure.update_yaxes(title_text=with_unit("rmse", units))
    figure.update_yaxes(log_axis(known) if wide else {"rangemode": "tozero"})
    figure.update_xaxes(title_text=with_unit("lead time", unit))
    return finish(figure, height=320, title=title, showlegend=True)


def radial_spectra(observed: Any, generated: Any = None, *, title: str | None = None) -> Any:
    """Draw energy over radial wavenumber, data against model run.

    Parameters
    ----------
    observed, generated : DataArray
        What `dsr.metrics.radial_energy_spectrum` returned, over "wavenumber"; further dims are
        averaged over.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        Both axes logarithmic, without the mean (wavenumber 0) and the corners (the last shell).

    Examples
    --------
    >>> import numpy as np
    >>> import dsr
    >>> noise = np.random.default_rng(0).normal(size=(3, 16, 16))
    >>> radial_spectra(dsr.metrics.radial_energy_spectrum(noise)).layout.xaxis.type
    'log'
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    drawn = []
    for name, colour, spectrum in (("data", DATA, observed), ("model run", MODEL, generated)):
        if spectrum is None:
            continue
        mean = spectrum.mean([d for d in spectrum.dims if d != "wavenumber"])
        values = np.asarray(mean.values, dtype=np.float64)[1:-1]
        drawn.append(values[values > 0])
        figure.add_scatter(
            x=np.arange(1, len(values) + 1), y=float32(np.where(values > 0, values, np.nan)),
            name=name, mode="lines+markers", marker={"size": 4},
            line={"color": colour, "width": 1.6}, hovertemplate="%{x}: %{y:.3~g}",
        )  # fmt: skip
    known = np.concatenate(drawn)
    known = known[known > np.max(known, initial=0.0) * 10.0**-_SPECTRUM_DECADES]
    figure.update_xaxes(log_axis([1, len(values)]), title_text="radial wavenumber")
    figure.update_yaxes(log_axis(known), title_text="energy")
    if known.size:
        figure.update_yaxes(range=[np.log10(known.min()) - 0.3, np.log10(known.max()) + 0.3])
    return finish(figure, height=320, title=title, showlegend=True)
