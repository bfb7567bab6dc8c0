"""What the studies share: one thread, the machine they ran on, results stored as they come."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"


def machine(*packages: str) -> dict[str, Any]:
    """Processor, threads and versions, for the head of a result file."""
    names = ("numpy", "numba", *packages)
    return {
        "processor": platform.machine(),
        "threads": 1,
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def stored(path: Path) -> dict[str, Any]:
    """Read what an interrupted study has written so far."""
    return json.loads(path.read_text()) if path.exists() else {"runs": {}}


def store(path: Path, document: dict[str, Any]) -> None:
    """Write a result file atomically, one run a line."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    head = {key: value for key, value in document.items() if key != "runs"}
    lines = json.dumps(head, indent=2)[:-2]
    blocks = [
        f"    {json.dumps(name)}: [\n"
        + ",\n".join(f"      {json.dumps(run)}" for run in runs)
        + "\n    ]"
        for name, runs in document["runs"].items()
    ]
    text = f'{lines},\n  "runs": {{\n' + ",\n".join(blocks) + "\n  }\n}\n"
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
