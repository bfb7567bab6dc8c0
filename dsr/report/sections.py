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
from dsr.report.figures import Figures
from dsr.report.markup import Markup, join, paragraph, part, symbol, table
from dsr.report.numbers import as_float, count, number, span
from dsr.report.scores import lyapunov_unit


def attractor_section(evidence: Evidence, figures: Figures) -> Markup:
    """Data against model run in state space."""
    if evidence.observed is None or evidence.is_field:
        return Markup("")
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
    panels = part("pair", [("data", left), ("model run", right)])
    return figures.figure(panels, caption=caption, class_="wide")


def series_section(evidence: Evidence, figures: Figures) -> Markup:
    """Forecast from the same start, a stretch of the free run, and what drove them."""
    observed = evidence.series("observed")
    if observed is None:
        return Markup("")
    generated, forecast = evidence.series("generated"), evidence.series("forecast")
    parts = []
    which = _which(evidence, observed)
    if forecast is not None:
        samples = min(2_000, forecast.sizes["time"] + 1)
        figure = time_series(observed, forecast, name="forecast", samples=samples)
        caption = (
            "Forecast from the beginning of the test part, without any later data. In a chaotic "
            "system the two must part after a few Lyapunov times; how soon is what to look at."
        )
        label = "Data and forecast against time"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption + which))
    if generated is not None or forecast is None:
        figure = time_series(observed, generated, elapsed=True)
        caption = (
            "A later stretch of the free run beside the data. They are not meant to coincide: "
            "amplitudes, rhythm and the order of events should be of the same kind."
        )
        label = "Data and free run against time since the start of each"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption + which))
    if observed.sizes.get("variable", 1) > MOST_VARIABLES:
        figure = carpet(observed, generated)
        caption = (
            "All variables, in standard deviations from the mean; blue below, vermillion above."
        )
        label = "All variables of data and free run as rows of colour"
        parts.append(figures.figure(figures.plot(figure, label), caption=caption))
    if evidence.inputs is not None:
        names = [shorten(v, 30) for v in np.atleast_1d(evidence.inputs["variable"].values)[:12]]
        figure = time_series(evidence.inputs, name="inputs")
        caption = f"What drives the system, given to the model: {', '.join(names)}."
        picture = figures.plot(figure, "Inputs against time")
        parts.append(figures.figure(picture, caption=caption))
    return join(parts)


def _which(evidence: Evidence, observed: Any) -> str:
    """Which variables are shown, where it is not all of them."""
    if evidence.is_field:
        return " A few grid points of the first channel."
    width = observed.sizes.get("variable", 1)
    return f" The first {MOST_VARIABLES} of {width} variables." if width > MOST_VARIABLES else ""


def spectra_section(evidence: Evidence, figures: Figures) -> Markup:
    """Power spectra, and their distance variable by variable."""
    observed, generated = evidence.series("observed"), evidence.series("generated")
    if observed is None:
        return Markup("")
    wide, narrow = (power_spectra(observed, generated, columns=columns) for columns in (3, 1))
    caption = (
        "Power spectra of the standardised variables, data against free run, averaged in bins that "
        f"widen with frequency.{_which(evidence, observed)}"
    )
    label = "Power spectra of data and model run, one panel for each variable"
    parts = [figures.figure(figures.plot(wide, label, narrow=narrow), caption=caption)]
    metrics = evidence.metrics
    if metrics is not None and "hellinger_per_variable" in metrics:
        distances = metrics["hellinger_per_variable"]
        names = [shorten(v) for v in distances["variable"].values]
        found = list(zip(names, np.ravel(distances.values).astype(float), strict=False))
        if len(found) > 8:
            found = sorted((f for f in found if math.isfinite(f[1])), key=lambda f: -f[1])[:8]
        note = "; the eight largest" if len(names) > 8 else ""
        title = Markup("Hellinger distance {} of the spectra{}").format(symbol("D", "H"), note)
        rows = [[name, number(value)] for name, value in found]
        head = ["variable", symbol("D", "H")]
        parts.append(table(title, head, rows, numeric=(1,), class_="small"))
    return join(parts)


def lyapunov_section(evidence: Evidence, figures: Figures) -> Markup:
    """Exponents of the model, largest first."""
    from dsr.metrics.judging.told import lyapunov_facts

    metrics = evidence.metrics
    if metrics is None or "lyapunov_exponent" not in metrics:
        return Markup("")
    values = [as_float(v) for v in np.ravel(metrics["lyapunov_exponent"].values)]
    if not any(math.isfinite(v) for v in values):
        return paragraph("No exponent could be computed: the model’s orbit does not stay finite.")
    unit = lyapunov_unit(evidence)
    picture = figures.plot(
        lyapunov_exponents(metrics),
        f"Lyapunov exponents {unit}: {', '.join(number(v) for v in values[:8])}",
    )
    known, largest = lyapunov_facts(metrics), values[0]
    sentence = f"Lyapunov spectrum of the model, {unit}."
    if largest > 0 and known.get("converged") is not False:
        time = span(1 / largest, "step" if unit.endswith("step") else evidence.time_unit)
        sentence += f" Small errors grow by a factor e in {time}, the Lyapunov time."
    rows: list[list[Any]] = [
        [symbol("λ", str(i)), number(v, 4)] for i, v in enumerate(values[:12], 1)
    ]
    # The sum is the mean rate of contraction only over all exponents of the model.
    if known.get("sum") is not None:
        rows.append(["sum", number(known["sum"], 4)])
    if known.get("kaplan_yorke_dimension") is not None:
        rows.append(["Kaplan–Yorke dimension", number(known["kaplan_yorke_dimension"], 4)])
    if known.get("converged") is not None:
        rows.append(["converged", "yes" if known["converged"] else "no"])
    caption = f"Exponents ({unit})" if len(values) <= 12 else f"The twelve largest ({unit})"
    numbers = table(caption, ["", "value"], rows, numeric=(1,))
    beside = part("columns", "beside", figures.figure(picture, caption=sentence), numbers)
    doubts = _doubts(evidence, known)
    return join([beside, part("items", doubts, "What to make of them")]) if doubts else beside


def _doubts(evidence: Evidence, known: dict[str, Any]) -> list[str]:
    """What speaks against the exponents, from themselves and from the verdict."""
    doubts, found = [], evidence.told
    if known.get("converged") is False:
        doubts.append(
            "They are not converged: over the orbit that was followed they still change. Their "
            "signs, and what follows from them, are not certain."
        )
    if known.get("complete") is False:
        doubts.append(
            f"Only the {count(known['count'])} largest were computed, so there is no sum, and a "
            "dimension only where these suffice."
        )
    dimension = known.get("kaplan_yorke_dimension")
    if known.get("growing"):
        doubts.append(
            "Their sum is positive, which is implausible: volumes in state space would grow "
            "without end on a bounded set. Only a map that folds its space can have that, never a "
            "flow; of a model of continuous motion it is a fault."
        )
    if known.get("complete") and known.get("count", 0) > 1 and dimension == known["count"]:
        doubts.append(
            "The Kaplan–Yorke dimension equals the number of variables, the most it can be. That "
            "is right where volume is conserved; else the model does not contract, and the number "
            "says nothing of the system’s dimension."
        )
    if found.open or found.kind in ("better", "no better", "degenerate"):
        doubts.append(
            "They are those of a model that was not found to reproduce the system, and say nothing "
            "about the system."
        )
    return doubts


def prediction_section(evidence: Evidence, figures: Figures) -> Markup:
    """Growth of the forecast error against persistence."""
    metrics = evidence.metrics
    if metrics is None or "prediction_error_curve" not in metrics:
        return Markup("")
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
    return part("columns", "beside", figures.figure(picture, caption=caption), numbers)


def history_section(evidence: Evidence, figures: Figures) -> Markup:
    """How training went and which parameters were kept."""
    history = evidence.history
    if history is None or not history.sizes.get("record"):
        return Markup("")
    shown = [
        n for n in ("loss", "alpha", "score")
        if n in history and np.isfinite(np.asarray(history[n].values, dtype=float)).any()
    ]  # fmt: skip
    if not shown or "update" not in history:
        return Markup("")
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
    note = paragraph(f"Score: {shorten(rule, 300)}.", "note") if rule else ""
    picture = figures.plot(training_history(history), f"Training history: {names} over updates")
    return join([figures.figure(picture, caption=caption), note])
