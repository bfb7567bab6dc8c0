"""Measure every entry of ``dsr/catalogue/reference.toml`` with this package and write it there.

    python tests/studies/reference_values.py [NAME ...] [--again]

Each entry gets two lines: ``own``, our run (Runge-Kutta and QR by `dsr.metrics.lyapunov_spectrum`),
and ``tolerance``, three half-widths of the reference and of our run together. The file is rewritten
after every entry; entries that have both lines are left alone unless named or with ``--again``.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import dsr
from dsr.data import System, system

FILE = Path(dsr.__file__).parent / "catalogue" / "reference.toml"
SAMPLES = {"flow": 5_000_000, "map": 10_000_000}
FEWER = {
    "lorenz96_n40": 100_000, "lorenz96": 1_000_000, "kuramoto_sivashinsky": 8_000,
    "mackey_glass": 10_000,
}  # fmt: skip


def build(entry: dict[str, Any]) -> System:
    """Make the system of an entry, with its parameters and dimension."""
    made = system(entry["system"]).with_parameters(entry.get("parameters"))
    if "dimension" in entry:
        start = np.full(entry["dimension"], made.parameters["F"])
        start[0] += 0.01
        made = made.with_initial(start)
    return made


def measure(name: str, entry: dict[str, Any]) -> xr.Dataset:
    """Run the spectrum of one entry."""
    made = build(entry)
    samples = FEWER.get(name, SAMPLES[made.kind])
    if made.kind == "map":
        return dsr.metrics.lyapunov_spectrum(made, steps=samples)
    return dsr.metrics.lyapunov_spectrum(made, duration=samples * made.dt)


def lines(name: str, entry: dict[str, Any]) -> list[str]:
    """Give the two lines that our run adds to an entry."""
    found = measure(name, entry)
    made = build(entry)
    exponents = found["exponent"].values
    widths = (found["high"] - found["low"]).values / 2
    samples = FEWER.get(name, SAMPLES[made.kind])
    length = (
        f"duration = {samples * made.dt:g}" if made.kind == "flow" else f"iterations = {samples}"
    )
    numbers = ", ".join(f"{value:.5f}" for value in exponents + 0.0).replace("-0.00000", "0.00000")
    own = (
        f"own = {{ exponents = [{numbers}], "
        f"half_widths = [{', '.join(f'{value:.5f}' for value in widths)}], "
        f"kaplan_yorke_dimension = {float(found['kaplan_yorke_dimension']):.4f}, "
        f"{length}, step = {found.attrs['step']:g} }}"
    )
    # Where runs of this length were compared, their spread is better than what one of them says.
    spread = min(widths[0], entry.get("spread", widths[0]))
    tolerance = 3.0 * hypot(entry.get("half_width", 0.0), spread) + 1e-4
    return [own, f"tolerance = {tolerance:.2g}"]


def write(name: str, new: list[str]) -> None:
    """Put the lines at the end of the entry's table."""
    blocks = FILE.read_text().rstrip("\n").split("\n\n")
    for i, block in enumerate(blocks):
        kept = block.split("\n")
        if f"[{name}]" in kept:
            kept = [row for row in kept if not row.startswith(("own =", "tolerance ="))]
            blocks[i] = "\n".join(kept + new)
    FILE.write_text("\n\n".join(blocks) + "\n")


def main() -> None:
    """Measure what is missing, or what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    for name, entry in tomllib.loads(FILE.read_text()).items():
        wanted = name in options.names or (
            not options.names and (options.again or "own" not in entry)
        )
        if wanted:
            begin = time.perf_counter()
            new = lines(name, entry)
            write(name, new)
            print(f"{name} ({time.perf_counter() - begin:.1f} s): {new[0]}", file=sys.stderr)


if __name__ == "__main__":
    main()
