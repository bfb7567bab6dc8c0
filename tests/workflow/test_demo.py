"""The demo, five times: ``dsr fit datasets/lorenz63.nc`` ends near the true attractor."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dsr

ROOT = Path(__file__).resolve().parents[2]
TRUE_EXPONENT = 0.906
"""Largest Lyapunov exponent of Lorenz-63 per time unit (Sprott 2003; Viswanath 1998)."""


def demo(seed: int, folder: Path) -> dict[str, object]:
    """Run the command as a user would, and read back what it found."""
    out = folder / f"seed{seed}"
    command = [
        sys.executable, "-m", "dsr", "fit", str(ROOT / "datasets" / "lorenz63.nc"),
        "--seed", str(seed), "--out", str(out), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    exponent = float(dsr.metrics.lyapunov_spectrum(dsr.open_run(out).model)["exponent"][0])
    scores = {name: summary["metrics"][name]["value"] for name in summary["metrics"]}
    return {
        "seed": seed,
        "updates": summary["updates"],
        "divergence": scores["state_space_divergence"],
        "hellinger": scores["hellinger_spectral_distance"],
        "exponent": exponent,
        "verdict": summary["verdict"],
    }


def good(run: dict[str, object]) -> bool:
    divergence, hellinger, exponent = (run[k] for k in ("divergence", "hellinger", "exponent"))
    near = abs(float(exponent) - TRUE_EXPONENT) <= 0.08 * TRUE_EXPONENT  # type: ignore[arg-type]
    return divergence <= 0.5 and hellinger <= 0.10 and near  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_four_of_five_seeds_reconstruct_lorenz63(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda seed: demo(seed, tmp_path), range(5)))
    table = "\n".join(json.dumps(run) for run in runs)
    with capsys.disabled():
        print(f"\n{table}")
    assert sum(good(run) for run in runs) >= 4, table
