"""The directive ``results NAME [TABLE]``: a table of measured numbers stored in ``docs/results``.

A page says what was measured; the digits come from the file that the committed command wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import verdict_tables
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = Path(__file__).resolve().parent.parent / "results"

Rows = list[list[str]]


def lorenz63_gtf(document: dict[str, Any]) -> Rows:
    """Medians and ranges over the seeds of each recipe."""
    rows = [["recipe", "seeds", "failed", "D_stsp", "D_H", "largest exponent"]]
    for name, entry in document["summary"].items():
        row = [name, str(entry["seeds"]), str(entry["failed"])]
        for key in ("state_space_divergence", "hellinger_spectral_distance", "largest_exponent"):
            row.append("{median:.3f} ({least:.3f} to {largest:.3f})".format(**entry[key]))
        rows.append(row)
    return rows


def training_speed(document: dict[str, Any]) -> Rows:
    """Both sides of every shape, with their ratio."""
    rows = [["M, H, T, S", "compiled, ms", "PyTorch loop, ms", "ratio of medians"]]
    for entry in document["gradient"]:
        shape = ", ".join(str(entry["shape"][k]) for k in "MHTS")
        ours, theirs = (
            "{1:g} ({0:g} to {2:g})".format(*entry[key]) for key in ("compiled_ms", "torch_ms")
        )
        rows.append([shape, ours, theirs, f"{entry['ratio_of_medians']:g}"])
    whole = document["whole_update"]
    for key, label in (("constant_alpha_ms", "constant"), ("adaptive_alpha_ms", "adaptive")):
        rows.append([f"whole update, {label} alpha", f"{whole[key]:g}", "", ""])
    return rows


def metrics_speed(document: dict[str, Any]) -> Rows:
    """Both sides of every task, what they found, and the ratio of medians."""
    rows = [["task", "dsr, s", "peer, s", "peer", "ratio", "dsr found", "peer found", "known"]]
    for entry in document["table"]:
        row = [entry["task"]]
        for side in ("dsr", "peer"):
            low, middle, high = entry["seconds"][side]
            spread = f" ({low:.3g} to {high:.3g})" if entry["rounds"] > 1 else " (once)"
            row.append(f"{middle:.3g}{spread}")
        found = [", ".join(f"{v:g}" for v in entry["found"][side]) for side in ("dsr", "peer")]
        rows.append(
            [*row, entry["peer"], f"{entry['ratio_of_medians']:.3g}", *found, entry["known"]]
        )
    return rows


def dimension_coverage(document: dict[str, Any]) -> Rows:
    """Coverage of the intervals over all sets: in all, and of those that say converged."""
    rows = [["dimension, length, sets", "estimates", "95 % interval holds it", "converged",
             "of these it holds"]]  # fmt: skip
    for name, entry in document["totals"].items():
        count, converged = entry["estimates"], entry["converged"]
        rows.append([
            name.replace("D_", "D"), str(count), f"{entry['held']} of {count}",
            f"{converged} of {count}", f"{entry['held_of_converged']} of {converged}",
        ])  # fmt: skip
    return rows


def divergence_coverage(document: dict[str, Any]) -> Rows:
    """Coverage of the intervals of the state-space divergence, for each system and length."""
    rows = [["system, samples", "median", "spread of runs (95 %)", "median width",
             "interval holds it", "of a wrong generator"]]  # fmt: skip
    for name, entry in document["summary"].items():
        right, wrong = entry["right"], entry["wrong"]
        rows.append([
            name, f"{right['median']:.3g}", f"{right['spread']:.3g}",
            f"{right['median_width']:.3g}", f"{right['covered']} of {right['runs']}",
            f"{wrong['covered']} of {wrong['runs']}",
        ])  # fmt: skip
    return rows


def exponent_coverage(document: dict[str, Any]) -> Rows:
    """Coverage of the exponent and spectrum from data, for each group of series."""
    rows = [["series", "runs", "converged", "held, given converged", "held, all", "median error",
             "median half-width", "spectrum: converged", "held, given converged"]]  # fmt: skip
    for name, entry in document["summary"].items():
        if name == "without chaos":
            found = f"{entry['spectrum_converged']} positive"
            rows.append([name, str(entry["runs"]), str(entry["converged"]), *[""] * 4, found, ""])
            continue
        error, width = (
            "" if entry[key] is None else f"{100 * entry[key]:.0f} %"
            for key in ("median_error", "median_half_width")
        )
        rows.append([
            name, str(entry["runs"]), str(entry["converged"]),
            f"{entry['covered_given_converged']} of {entry['converged']}",
            f"{entry['covered']} of {entry['runs']}", error, width,
            f"{entry['spectrum_converged']} of {entry['spectrum_exponents']}",
            f"{entry['spectrum_covered_given_converged']} of {entry['spectrum_converged']}",
        ])  # fmt: skip
    return rows


def lyapunov_coverage(document: dict[str, Any]) -> Rows:
    """Coverage of the intervals of the largest exponent, system by system."""
    rows = [["system", "exponent", "runs", "interval holds it", "converged", "holds it, of those",
             "width over spread", "seen when designed"]]  # fmt: skip
    for name, entry in document["summary"].items():
        rows.append([
            name, f"{entry['exponent']:g}", str(entry["seeds"]), str(entry["held"]),
            str(entry["converged"]), str(entry["held_of_converged"]),
            f"{entry['width_over_spread']:g}", "yes" if entry["tuned"] else "no",
        ])  # fmt: skip
    return rows


def zero_one(document: dict[str, Any]) -> Rows:
    """Verdicts of the 0-1 test by what the series are and how long."""
    lengths = [str(n) for n in document["lengths"]]
    rows = [["series", "number", "verdict", *(f"{n} samples" for n in lengths)]]
    for kind, entry in document["summary"].items():
        total = sum(entry["counts"][lengths[0]].values())
        for verdict in ("chaotic", "undecided", "regular"):
            shares = [f"{entry['counts'][n].get(verdict, 0)} of {total}" for n in lengths]
            rows.append([kind, str(entry["systems"]), verdict, *shares])
    return rows


TABLES: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "dimension_coverage": dimension_coverage,
    "divergence_coverage": divergence_coverage,
    "exponent_coverage": exponent_coverage,
    "lorenz63_gtf": lorenz63_gtf,
    "lyapunov_coverage": lyapunov_coverage,
    "metrics_speed": metrics_speed,
    "training_speed": training_speed,
    "zero_one": zero_one,
    **verdict_tables.TABLES,
}


class Results(SphinxDirective):
    """Insert the table of one stored result."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the file and build the table; a study that has not come so far has none."""
        name = self.arguments[0]
        path = FOLDER / f"{name}.json"
        self.env.note_dependency(str(path))
        rows = TABLES[" ".join(self.arguments)](json.loads(path.read_text(encoding="utf-8")))
        if len(rows) < 2:
            return [nodes.paragraph(text="Nothing of this is measured yet.")]
        table = nodes.table()
        group = nodes.tgroup(cols=len(rows[0]))
        group += [nodes.colspec(colwidth=1) for _ in rows[0]]
        head, body = nodes.thead(), nodes.tbody()
        for k, row in enumerate(rows):
            line = nodes.row()
            for text in row:
                line += nodes.entry("", nodes.paragraph(text=text))
            (head if k == 0 else body).append(line)
        group += [head, body]
        table += group
        return [table]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("results", Results)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
