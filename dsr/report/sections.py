"""The sections with figures: space, time, rhythm, growth of errors, training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dsr.plots.heatmap import carpet
from dsr.plots.history import training_history
from dsr.plots.metrics import lyapunov_exponents, prediction_error
from dsr.plots.portrait import attractor, attractor_panels
from dsr.plots.series import MOST_VARIABLES, time_series
from dsr.plots.spectra import power_spectra
from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence
from dsr.report.figures import Figures, panel
from dsr.report.markup import Html, html, join, table, tag
from dsr.report.numbers import MISSING, as_float, count, number, span, symbol
from dsr.report.scores import lyapunov_unit


def attractor_section(evidence: Evidence, figures: Figures) -> Html:
    """Data against model run in state space."""
    if evidence.observed is None:
        return html("")
    if evidence.generated is None:
        single = attractor(evidence.observed)
        picture = figures.plot(single, "Phase portrait of the data")
        return figures.figure(picture, caption=f"The data in {single.layout.meta['space']}.")
    data, model = attractor_panels(evidence.observed, evidence.generated)
    meta = model.layout.meta
    left = figures.plot(data, "Phase portrait of the data", group="attractor")
    label = f"Phase portrait of the model’s free run. Verdict: {evidence.verdict or 'none'}"
    right = figures.plot(model, label, group="attractor")
    caption = (
        f"The test part of the data and a free run of the model in {meta['space']}, on the same "
        f"axes. The first {count(meta['data_points'])} and {count(meta['model_points'])} points "
        "are drawn; the scores below use all."
    )
    if meta["outside"] > 0.001:
        caption += (
            f" {number(100 * meta['outside'], 2)} % of the run that is drawn lies outside the "
            "frame or is not finite."
        )
    if "scene" in data.layout.to_plotly_json():
        caption += " Drag to turn both."
    panels = tag("div", panel("data", left), panel("model run", right), class_="pair")
    return figures.figure(panels, caption=caption, class_="wide")


def series_section(evidence: Evidence, figures: Figures) -> Html:
    """Forecast from the same start, and a stretch of the free run."""
    if evidence.observed is None:
        return html("")
    parts = []
    shown = min(evidence.width, MOST_VARIABLES)
    which = "" if shown == evidence.width else f" The first {shown} of {evidence.width} variables."
    if evidence.forecast is not None:
        samples = min(2_000, evidence.forecast.sizes["time"] + 1)
        figure = time_series(evidence.observed, evidence.forecast, name="forecast", samples=samples)
        caption = (
            "Forecast from the first sample of the test part, without any later data. In a chaotic "
            "system the two must part after a few Lyapunov times; how soon is what to look at."
        )
        label = "Data and forecast against time"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption + which))
    if evidence.generated is not None or evidence.forecast is None:
        figure = time_series(evidence.observed, evidence.generated, elapsed=True)
        caption = (
            "A later stretch of the free run beside the data. They are not meant to coincide: "
            "amplitudes, rhythm and the order of events should be of the same kind."
        )
        label = "Data and free run against time since the start of each"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption + which))
    if evidence.width > MOST_VARIABLES:
        figure = carpet(evidence.observed, evidence.generated)
        caption = (
            "All variables, in standard deviations from the mean; blue below, vermillion above."
        )
        label = "All variables of data and free run as rows of colour"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption))
    return join(parts)


def spectra_section(evidence: Evidence, figures: Figures) -> Html:
    """Power spectra, and their distance variable by variable."""
    if evidence.observed is None:
        return html("")
    wide = power_spectra(evidence.observed, evidence.generated)
    narrow = power_spectra(evidence.observed, evidence.generated, columns=1)
    shown = min(evidence.width, MOST_VARIABLES)
    which = "" if shown == evidence.width else f" The first {shown} of {evidence.width} variables."
    caption = (
        "Power spectra of the standardised variables, data against free run, averaged in bins that "
        f"widen with frequency.{which}"
    )
    label = "Power spectra of data and model run, one panel for each variable"
    parts = [figures.figure(figures.plot(wide, label, narrow=narrow), caption=caption)]
    metrics = evidence.metrics
    if metrics is not None and "hellinger_per_variable" in metrics:
        distances = metrics["hellinger_per_variable"]
        names = [shorten(v) for v in distances["variable"].values]
        values = [as_float(v) for v in np.ravel(distances.values)]
        rows = [[name, number(value)] for name, value in zip(names, values, strict=False)]
        if len(rows) > 8:
            worst = sorted(rows_of(names, values), reverse=True)[:8]
            rows = [[name, number(value)] for value, name in worst]
        title = Html(f"Hellinger distance {symbol('D', 'H')} of the spectra")
        note = "; the eight largest" if len(values) > 8 else ""
        parts.append(
            table(
                Html(f"{title}{note}"),
                ["variable", symbol("D", "H")],
                rows,
                numeric=(1,),
                class_="small",
            )
        )
    return join(parts)


def rows_of(names: list[str], values: list[float]) -> list[tuple[float, str]]:
    """Finite values with their names."""
    return [(v, n) for v, n in zip(values, names, strict=False) if math.isfinite(v)]


def lyapunov_section(evidence: Evidence, figures: Figures) -> Html:
    """Exponents of the model, largest first."""
    metrics = evidence.metrics
    if metrics is None or "lyapunov_exponent" not in metrics:
        return html("")
    values = [as_float(v) for v in np.ravel(metrics["lyapunov_exponent"].values)]
    if not any(math.isfinite(v) for v in values):
        return tag("p", "No exponent could be computed: the model’s orbit does not stay finite.")
    unit = lyapunov_unit(evidence)
    picture = figures.plot(
        lyapunov_exponents(metrics),
        f"Lyapunov exponents {unit}: {', '.join(number(v) for v in values[:8])}",
    )
    largest = values[0]
    sentence = f"Lyapunov spectrum of the model, {unit}."
    if largest > 0:
        time = span(1 / largest, "step" if unit.endswith("step") else evidence.time_unit)
        sentence += f" Small errors grow by a factor e in {time}, the Lyapunov time."
    rows: list[list[Any]] = [
        [symbol("λ", str(i)), number(v, 4)] for i, v in enumerate(values[:12], 1)
    ]
    rows.append(["sum", number(math.fsum(values), 4)])
    dimension = metrics.attrs.get("kaplan_yorke_dimension", math.nan)
    if "kaplan_yorke_dimension" in metrics:
        dimension = metrics["kaplan_yorke_dimension"].values
    if number(dimension) != MISSING:
        rows.append(["Kaplan–Yorke dimension", number(dimension, 4)])
    caption = f"Exponents ({unit})" if len(values) <= 12 else f"The twelve largest ({unit})"
    numbers = table(caption, ["", "value"], rows, numeric=(1,))
    return tag("div", figures.figure(picture, caption=sentence), numbers, class_="beside")


def prediction_section(evidence: Evidence, figures: Figures) -> Html:
    """Growth of the forecast error against persistence."""
    metrics = evidence.metrics
    if metrics is None or "prediction_error_curve" not in metrics:
        return html("")
    curve = np.ravel(metrics["prediction_error_curve"].values)
    steps = np.ravel(metrics["step"].values)
    other = np.full(len(curve), np.nan)
    if "prediction_error_persistence" in metrics:
        other = np.ravel(metrics["prediction_error_persistence"].values)
    label = f"Prediction error over steps ahead; after {steps[-1]} steps {number(curve[-1])}"
    picture = figures.plot(prediction_error(metrics), label)
    caption = (
        "Mean squared error of forecasts from many starts in the test part, in units of the "
        "standardised series, against repeating the last value."
    )
    wanted = [i for i, step in enumerate(steps) if step in (1, 2, 5, 10, 20, 50, 100)]
    chosen = wanted or list(range(min(len(steps), 6)))
    rows = [[count(steps[i]), number(curve[i]), number(other[i])] for i in chosen]
    head = ["steps", "model", "persistence"]
    numbers = table("Mean squared error", head, rows, numeric=(1, 2))
    return tag("div", figures.figure(picture, caption=caption), numbers, class_="beside")


def history_section(evidence: Evidence, figures: Figures) -> Html:
    """How training went and which parameters were kept."""
    history = evidence.history
    if history is None or not history.sizes.get("record"):
        return html("")
    shown = [
        n for n in ("loss", "alpha", "score")
        if n in history and np.isfinite(np.asarray(history[n].values, dtype=float)).any()
    ]  # fmt: skip
    if not shown or "update" not in history:
        return html("")
    chosen = history.attrs.get("selected_update", evidence.summary.get("selected_update"))
    if chosen is not None and "selected_update" not in history.attrs:
        history = history.assign_attrs(selected_update=chosen)
    words = {"loss": "loss", "alpha": "share of teacher forcing alpha", "score": "validation score"}
    names = ", ".join(words[name] for name in shown)
    caption = f"{names[:1].upper()}{names[1:]} over updates."
    if chosen is not None:
        caption += (
            f" The parameters of update {count(chosen)} (dotted line) were kept, the best on a "
            "validation stretch of the training part."
        )
    rule = history.attrs.get("rule")
    note = tag("p", f"Score: {shorten(rule, 300)}.", class_="note") if rule else html("")
    picture = figures.plot(training_history(history), f"Training history: {names} over updates")
    return Html(figures.figure(picture, caption=caption) + note)
