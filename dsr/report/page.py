"""The page: sections in order, one style, one script, no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from dsr._version import __version__
from dsr.plots.theme import shorten
from dsr.report.evidence import Evidence, gather
from dsr.report.field import field_section
from dsr.report.figures import Figures, themes
from dsr.report.markup import Markup, asset, join, paragraph, part, table, templates
from dsr.report.numbers import count, duration, number
from dsr.report.others import other_section
from dsr.report.scores import (
    baselines_section,
    lyapunov_unit,
    score_names,
    scores_section,
    value_of,
)
from dsr.report.sections import (
    attractor_section,
    history_section,
    lyapunov_section,
    prediction_section,
    series_section,
    spectra_section,
)
from dsr.report.verdict import verdict_section
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


class Section(NamedTuple):
    """A part of the page, as the template places it."""

    title: str
    content: Markup

    @property
    def anchor(self) -> str:
        """Name to link to."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower())


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

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> page = render(SimpleNamespace(config={"model": "persistence"}))
    >>> page.startswith("<!doctype html>")
    True
    """
    from plotly.offline import get_plotlyjs

    evidence, figures = gather(run), Figures()
    sections = [
        Section(title, content)
        for title, make in _planned(evidence)
        if (content := _guarded(title, make, evidence, figures))
    ]
    tone = evidence.attempt("the tone of the verdict", lambda: verdict_class(evidence.told))
    opening = {
        "verdict": evidence.attempt("the verdict", lambda: verdict_sentence(evidence)),
        "support": evidence.attempt("what was compared", lambda: compared(evidence)),
        "facts": evidence.attempt("the subtitle", lambda: _subtitle(evidence)),
        "cards": evidence.attempt("the scores at a glance", lambda: _glance(evidence)),
    }
    if evidence.missing:
        sections.append(Section("Missing on this page", part("items", evidence.missing)))
    page = templates().get_template("page.html").render(
        {name: value or "" for name, value in opening.items()},
        source=evidence.source, tone=tone or "unknown", sections=sections, policy=POLICY,
        style=asset("page.css"), script=asset("page.js"), plotly=Markup(get_plotlyjs()),
        themes=themes(), figures=figures.specifications, version=__version__,
    )  # fmt: skip
    return f"{page}\n"


def _planned(evidence: Evidence) -> Iterator[tuple[str, _Maker]]:
    """Titles and makers in the order of the page; what no section knows has its place in it."""
    for title, make in _SECTIONS:
        if make is not None:
            yield title, make
            continue
        for name in evidence.others:
            words = shorten(name.replace("_", " ").replace("-", " "), 40)
            yield words[:1].upper() + words[1:], partial(other_section, name=name)


def _guarded(title: str, make: _Maker, evidence: Evidence, figures: Figures) -> Markup:
    """Make a section; one that cannot be made is a sentence, and costs the page nothing else."""
    state = figures.state()
    made = evidence.attempt(f"the section “{title}”", lambda: make(evidence, figures))
    if made is not None:
        return Markup(made)
    figures.forget(state)
    return paragraph("This section could not be made; what is missing is said at the end.")


def _subtitle(evidence: Evidence) -> list[str]:
    data = evidence.table("data")
    facts = [evidence.model]
    if evidence.width:
        what = "channel" if evidence.is_field else "variable"
        facts.append(f"{evidence.width} {what}{'s' if evidence.width > 1 else ''}")
    if evidence.observed is not None and evidence.is_field:
        facts.append(f"{evidence.observed.sizes['y']} × {evidence.observed.sizes['x']} grid")
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
    return facts


def _glance(evidence: Evidence) -> list[dict[str, Any]]:
    """The few numbers to look at first."""
    from dsr.metrics.judging.told import lyapunov_facts

    metrics = evidence.metrics
    if metrics is None:
        return []
    cards = []
    names = [name for name in score_names(metrics) if name not in _NOT_AT_A_GLANCE]
    for name in names[:4]:
        what = meaning(name, metrics[name].attrs)
        surrogate = "persistence" if "repeated" in what.surrogate else "surrogate"
        beside = [
            f"{word} {number(amount)}"
            for word, which in (("floor", "noise_floor"), (surrogate, "surrogate"))
            if math.isfinite(amount := value_of(metrics, name, which))
        ]
        if name == "largest_lyapunov_exponent":
            beside = [lyapunov_unit(evidence), *beside]
            if lyapunov_facts(metrics).get("converged") is False:
                beside.append("not converged")
        value = number(value_of(metrics, name))
        cards.append({"title": what.title, "symbol": what.symbol, "value": value, "beside": beside})
    return cards


def _settings(evidence: Evidence, figures: Figures) -> Markup:
    del figures
    settings = evidence.table("settings")
    owners = {name: _flat(owned) for name, owned in settings.items() if isinstance(owned, Mapping)}
    rows = _flat({k: v for k, v in settings.items() if not isinstance(v, Mapping)})
    # The second schema has a table for each owner, the first one table of them all.
    tables = [("Model and training", rows), *((_OWNERS.get(o, o), r) for o, r in owners.items())]
    halves = []
    for title, entries in tables:
        half = len(entries) if len(entries) < 12 else -(-len(entries) // 2)
        halves += [(title, entries[:half]), ("Continued", entries[half:])]
    made = [table(shorten(title), ["setting", "value"], r) for title, r in halves if r]
    if len(made) < 2:
        return join(made)
    return part("columns", "halves", join(made[::2]), join(made[1::2]))


def _flat(settings: Mapping[str, Any], prefix: str = "") -> list[list[Any]]:
    rows: list[list[Any]] = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        elif value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            rows.append([shorten(f"{prefix}{key}"), shorten(text)])
    return rows


def _limits(evidence: Evidence, figures: Figures) -> Markup:
    del figures
    notes = [shorten(note, 400) for note in evidence.table("data").get("notes", [])]
    parts = [part("items", limits(evidence))]
    if notes:
        parts.append(part("items", notes, "About the data"))
    return join(parts)


def _reproduce(evidence: Evidence, figures: Figures) -> Markup:
    del figures
    data, summary = evidence.table("data"), evidence.summary
    command = evidence.table("reproduce").get("command")
    fingerprint = Markup("<code>{}</code>").format(shorten(data.get("fingerprint") or "", 80))
    rows: list[list[Any]] = [
        ["seed", evidence.config.get("seed", summary.get("seed"))],
        ["updates", count(summary["updates"]) if summary.get("updates") else None],
        ["data", shorten(data.get("source") or evidence.source, 200)],
        ["fingerprint of the data", fingerprint if data.get("fingerprint") else None],
    ]
    rows += [[f"{name} version", v] for name, v in evidence.table("versions").items()]
    shown = [[shorten(key), value] for key, value in rows if value not in (None, "")]
    made = table("What made this run", [], shown)
    return join([part("command", shorten(command, 1000)), made] if command else [made])


_Maker = Callable[[Evidence, Figures], Markup]
_NOT_AT_A_GLANCE = {"lagged_divergence", "nearest_neighbour_divergence"}
_OWNERS = {
    "model": "Model", "trainer": "Training", "forcing": "Forcing", "data": "Data",
    "load": "Reading the file",
}  # fmt: skip
_SECTIONS: tuple[tuple[str, _Maker | None], ...] = (
    ("Attractor", attractor_section),
    ("Field", field_section),
    ("Time series", series_section),
    ("Power spectra", spectra_section),
    ("How the verdict was reached", verdict_section),
    ("Scores", scores_section),
    ("Beside baselines", baselines_section),
    ("Lyapunov exponents", lyapunov_section),
    ("Prediction error", prediction_section),
    ("What else the fit found", None),
    ("Training", history_section),
    ("Settings", _settings),
    ("What the numbers do not say", _limits),
    ("How to reproduce", _reproduce),
)
"""Order of the page. None stands for a section for each group of results nobody else knows."""
