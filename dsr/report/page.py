"""The page: sections in order, one style, one script, no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from dsr._version import __version__
from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence, gather
from dsr.report.figures import Figures, as_json, themes
from dsr.report.markup import Html, html, join, table, tag
from dsr.report.numbers import count, duration, number
from dsr.report.scores import (
    baselines_section,
    lyapunov_unit,
    part,
    score_names,
    score_table,
)
from dsr.report.sections import (
    attractor_section,
    history_section,
    lyapunov_section,
    prediction_section,
    series_section,
    spectra_section,
)
from dsr.report.wording import compared, limits, meaning, verdict_class, verdict_sentence

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
"""What the page may do: run what it holds and nothing else, fetch nothing, send nothing."""


def write_report(run: Any, path: str | Path | None = None) -> Path:
    """Write one self-contained HTML page about a run.

    Parameters
    ----------
    run : Run or path
        What `dsr.open_run` returns, or the folder of a run. Parts that are missing or damaged
        are left out, and the page says so.
    path : path, optional
        Where to write; ``report.html`` in the run folder if not given.

    Returns
    -------
    pathlib.Path
        Of the page, which needs no network: figures, style and script are inside.

    Raises
    ------
    InputError
        If the folder is not a run.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from types import SimpleNamespace
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = SimpleNamespace(folder=Path(folder), config={"model": "persistence"})
    ...     write_report(run).name
    'report.html'
    """
    from dsr.data.files import atomic_write

    if isinstance(run, str | Path):
        from dsr.runs import open_run

        run = open_run(run)
    target = Path(run.folder) / "report.html" if path is None else Path(path)
    atomic_write(target, render(run).encode("utf-8", "replace"))
    return target


def render(run: Any) -> str:
    """Make the page of a run.

    Parameters
    ----------
    run : Run
        Anything with ``config``, ``summary``, ``results`` and ``metrics`` as `dsr.Run` has them.

    Returns
    -------
    str
        A whole HTML document.
    """
    evidence, figures = gather(run), Figures()
    sections = [
        (title, content) for title, make in _SECTIONS if (content := make(evidence, figures))
    ]
    body = [
        _header(evidence),
        _contents([title for title, _ in sections]),
        tag(
            "main",
            *(
                tag("section", tag("h2", title), content, id=_anchor(title))
                for title, content in sections
            ),
        ),
        tag(
            "footer",
            f"Written by dsr {__version__}. This page holds its figures and scripts itself and "
            "opens no network connection.",
        ),
    ]
    return _document(evidence, join(body), figures)


def _document(evidence: Evidence, body: Html, figures: Figures) -> str:
    from plotly.offline import get_plotlyjs

    title = f"{evidence.source}: reconstruction report"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Html(_asset("page.css"))),
    ]
    scripts = [
        tag("script", as_json(themes()), type="application/json", id="themes"),
        figures.data(),
        tag("script", Html(get_plotlyjs())),
        tag("script", Html(_asset("page.js"))),
    ]
    page = tag("html", tag("head", *head), tag("body", body, *scripts), lang="en")
    return f"<!doctype html>\n{page}\n"


def _asset(name: str) -> str:
    return (files("dsr.report") / "assets" / name).read_text(encoding="utf-8")


def _anchor(title: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in title.lower())


def _header(evidence: Evidence) -> Html:
    kind = verdict_class(evidence.verdict)
    verdict = tag(
        "div",
        tag("p", verdict_sentence(evidence), class_="sentence"),
        tag("p", compared(evidence), class_="support"),
        class_=f"verdict {kind}",
    )
    return tag(
        "header",
        tag("p", "Reconstruction report", class_="kicker"),
        tag("h1", evidence.source),
        tag("p", _subtitle(evidence), class_="subtitle"),
        verdict,
        _glance(evidence),
    )


def _subtitle(evidence: Evidence) -> Html:
    data = evidence.table("data")
    facts = [evidence.model]
    if evidence.width:
        facts.append(f"{evidence.width} variable{'s' if evidence.width > 1 else ''}")
    if data.get("train_samples"):
        facts.append(
            f"{count(data['train_samples'])} samples to train, "
            f"{count(data.get('test_samples'))} to judge"
        )
    if evidence.summary.get("updates"):
        time = duration(evidence.summary.get("seconds"))
        facts.append(f"{count(evidence.summary['updates'])} updates in {time}")
    if evidence.summary.get("seed") is not None:
        facts.append(f"seed {count(evidence.summary['seed'])}")
    return html(" · ".join(facts))


def _glance(evidence: Evidence) -> Html:
    """The few numbers to look at first."""
    if evidence.metrics is None:
        return html("")
    cards = []
    for name in score_names(evidence.metrics)[:4]:
        what = meaning(name, evidence.metrics[name].attrs)
        value = part(evidence.metrics, name)
        beside = [
            f"{word} {number(amount)}"
            for word, which in (("floor", "noise_floor"), ("surrogate", "surrogate"))
            if math.isfinite(amount := part(evidence.metrics, name, which))
        ]
        if name == "prediction_error":
            beside = [text.replace("surrogate", "persistence") for text in beside]
        if name == "largest_lyapunov_exponent":
            beside = [lyapunov_unit(evidence), *beside]
        cards.append(
            tag(
                "div",
                tag("dt", what.title, " ", what.symbol),
                tag("dd", number(value), class_="big"),
                tag("dd", " · ".join(beside), class_="small"),
            )
        )
    return tag("dl", *cards, class_="glance") if cards else html("")


def _contents(titles: list[str]) -> Html:
    links = [tag("li", tag("a", title, href=f"#{_anchor(title)}")) for title in titles]
    return tag("nav", tag("ol", *links), aria_label="Contents")


def _scores(evidence: Evidence, figures: Figures) -> Html:
    del figures
    if evidence.metrics is None:
        return tag("p", "No scores: this run has not been judged, or its results cannot be read.")
    key = tag(
        "p",
        "On the scale: ", tag("span", "●", class_="key-value"), " value with its interval, ",
        tag("span", "┃", class_="key-floor"), " noise floor, ",
        tag("span", "○", class_="key-surrogate"),
        " surrogate. Logarithmic where the three lie far apart.",
        class_="note",
    )  # fmt: skip
    return Html(score_table(evidence) + key)


def _settings(evidence: Evidence, figures: Figures) -> Html:
    del figures
    rows = _flat(evidence.table("settings"))
    if not rows:
        return html("")
    half = -(-len(rows) // 2)
    if len(rows) < 12:
        return table("Model and training", ["setting", "value"], rows)
    return tag(
        "div",
        table("Model and training", ["setting", "value"], rows[:half]),
        table("Continued", ["setting", "value"], rows[half:]),
        class_="halves",
    )


def _flat(settings: Mapping[str, Any], prefix: str = "") -> list[list[Any]]:
    rows: list[list[Any]] = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        elif value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            rows.append([shorten(f"{prefix}{key}"), shorten(text)])
    return rows


def _limits(evidence: Evidence, figures: Figures) -> Html:
    del figures
    notes = [shorten(note, 400) for note in evidence.table("data").get("notes", [])]
    parts = [tag("ul", *(tag("li", item) for item in limits(evidence)))]
    if notes:
        parts.append(tag("h3", "About the data"))
        parts.append(tag("ul", *(tag("li", note) for note in notes)))
    if evidence.missing:
        parts.append(tag("h3", "Missing on this page"))
        parts.append(tag("ul", *(tag("li", sentence) for sentence in evidence.missing)))
    return join(parts)


def _reproduce(evidence: Evidence, figures: Figures) -> Html:
    del figures
    data, summary = evidence.table("data"), evidence.summary
    command = evidence.table("reproduce").get("command")
    rows: list[list[Any]] = [
        ["seed", evidence.config.get("seed", summary.get("seed"))],
        ["updates", count(summary["updates"]) if "updates" in summary else None],
        ["data", shorten(data.get("source") or evidence.source, 200)],
        ["fingerprint of the data", tag("code", shorten(data.get("fingerprint") or "", 80))],
    ]
    rows += [[f"{name} version", v] for name, v in evidence.table("versions").items()]
    shown = [[shorten(key), value] for key, value in rows if value not in (None, "")]
    parts = []
    if command:
        parts += [
            tag("p", "The same data, seed and number of updates give the same weights, bit for "
                "bit, with these versions on the same kind of processor."),
            tag("pre", tag("code", shorten(command, 1000)), tabindex="0"),
        ]  # fmt: skip
    parts.append(table("What made this run", [], shown))
    return join(parts)


_SECTIONS: tuple[tuple[str, Callable[[Evidence, Figures], Html]], ...] = (
    ("Attractor", attractor_section),
    ("Time series", series_section),
    ("Power spectra", spectra_section),
    ("Scores", _scores),
    ("Beside baselines", baselines_section),
    ("Lyapunov exponents", lyapunov_section),
    ("Prediction error", prediction_section),
    ("Training", history_section),
    ("Settings", _settings),
    ("What the numbers do not say", _limits),
    ("How to reproduce", _reproduce),
)
