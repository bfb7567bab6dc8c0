"""Power spectra of data and model run, variable by variable."""

from __future__ import annotations

from typing import Any

import numpy as np

from dsr.plots.prepare import Drawable, Floats, drawable, float32
from dsr.plots.series import MOST_VARIABLES
from dsr.plots.theme import DATA, MODEL, finish, label, log_axis

_MOST_FREQUENCIES = 300
_LEAST_SAMPLES = 16
# What lies further below the peak is rounding, not dynamics.
_DECADES = 11


def power_spectra(
    observed: Any, generated: Any = None, *, columns: int = 3, title: str | None = None
) -> Any:
    """Draw the power spectral density of each variable, data against model run.

    Both are standardised by the mean and standard deviation of the data, tapered (Hann),
    transformed, and averaged over trajectories and over frequency bins that widen with frequency.
    A model run is used up to its first value that is not finite.

    Parameters
    ----------
    observed : series
    generated : series, optional
        Same variables.
    columns : int
        Panels side by side.
    title : str, optional

    Returns
    -------
    plotly.graph_objects.Figure
        One panel for each of the first six variables, both axes logarithmic; density is in
        variance per frequency, frequency in cycles per time unit.

    Raises
    ------
    InputError
        If one of them is no series, or their variables differ in number.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.sin(np.arange(1000) * 0.2)[:, None]
    >>> power_spectra(x).layout.xaxis.type
    'log'
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    data = drawable(observed, name="observed series")
    runs = [("data", DATA, data)]
    if generated is not None:
        runs.append(("model run", MODEL, drawable(generated, name="generated series", like=data)))
    count = min(data.width, MOST_VARIABLES)
    columns = min(count, columns)
    rows = -(-count // columns)
    figure = make_subplots(
        rows=rows, cols=columns, shared_yaxes=True, horizontal_spacing=0.03,
        vertical_spacing=0.3 / rows, subplot_titles=data.names[:count],
    )  # fmt: skip
    pooled = np.concatenate(data.parts)
    mean, std = np.nanmean(pooled, axis=0), np.nanstd(pooled, axis=0)
    drawn: list[Floats] = []
    across: list[Floats] = []
    for index in range(count):
        place = {"row": index // columns + 1, "col": index % columns + 1}
        for name, colour, run in runs:
            found = _spectrum(run, index, mean[index], std[index])
            if found is None:
                continue
            across.append(found[0])
            drawn.append(found[1])
            figure.add_trace(
                go.Scatter(
                    x=float32(found[0]), y=float32(found[1]), name=name, legendgroup=name,
                    showlegend=index == 0, mode="lines", line={"color": colour, "width": 1.6},
                    hovertemplate="%{x:.4~g}: %{y:.3~g}",
                ),
                **place,
            )  # fmt: skip
    _axes(figure, data, rows, columns, count)
    if drawn:
        levels = np.log10(np.concatenate(drawn))
        low, high = max(levels.min(), levels.max() - _DECADES), levels.max()
        figure.update_xaxes(log_axis(np.concatenate(across)))
        figure.update_yaxes(log_axis([10**low, 10**high]), range=[low - 0.3, high + 0.5])
    return finish(figure, height=110 + 230 * rows, title=title)


def _axes(figure: Any, data: Drawable, rows: int, columns: int, count: int) -> None:
    unit = label(data.time_unit, 20)
    figure.update_xaxes(type="log")
    figure.update_yaxes(type="log")
    for column in range(1, columns + 1):
        last = rows if (rows - 1) * columns + column <= count else rows - 1
        figure.update_xaxes(title_text=f"frequency (1/{unit})", row=last, col=column)
    for row in range(1, rows + 1):
        figure.update_yaxes(title_text="power density", row=row, col=1)
    figure.update_annotations(font_size=13)
    figure.update_layout(legend={"y": 1.0 + 34 / (110 + 230 * rows)}, margin={"t": 64})


def _spectrum(run: Drawable, index: int, mean: float, std: float) -> tuple[Floats, Floats] | None:
    """Mean periodogram over trajectories, on frequencies that are even in the logarithm."""
    stretches = []
    for part in run.parts:
        values = (part[:, index] - mean) / (std if std > 0 else 1.0)
        bad = np.flatnonzero(~(np.abs(values) < 1e12))
        values = values[: bad[0]] if bad.size else values
        if len(values) >= _LEAST_SAMPLES:
            stretches.append(values)
    if not stretches:
        return None
    length = min(len(values) for values in stretches)
    window = np.hanning(length + 2)[1:-1]
    scale = run.dt / (window**2).sum()
    power = np.mean(
        [2 * scale * np.abs(np.fft.rfft(window * (v[:length] - v[:length].mean()))) ** 2
         for v in stretches],
        axis=0,
    )[1:]  # fmt: skip
    frequency = np.fft.rfftfreq(length, run.dt)[1:]
    edges = np.geomspace(frequency[0], frequency[-1] * (1 + 1e-9), _MOST_FREQUENCIES + 1)
    which = np.clip(np.searchsorted(edges, frequency, side="right") - 1, 0, _MOST_FREQUENCIES - 1)
    weight = np.bincount(which, minlength=_MOST_FREQUENCIES)
    filled = weight > 0
    centre = np.bincount(which, frequency, _MOST_FREQUENCIES)[filled] / weight[filled]
    level = np.bincount(which, power, _MOST_FREQUENCIES)[filled] / weight[filled]
    return centre, np.maximum(level, 1e-20)
