"""Models of other distributions: found through entry points, by the program as by the package."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dsr
from dsr.data.files import write_dataset

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples_models" / "knn.py"

DRIFT = '''
"""A model that goes on as it went last."""
import numpy as np
from dsr.models import Persistence


class Drift(Persistence):
    """The last change, again and again."""

    name = "drift"

    @property
    def context_length(self):
        """Two samples."""
        return 2

    def run(self, contexts, steps, *, inputs, rng):
        """Extrapolate in a straight line."""
        ends = np.stack([context[-2:] for context in contexts])
        ahead = np.arange(1, steps + 1)[:, None]
        return ends[:, 1:] + ahead * (ends[:, 1:] - ends[:, :1])
'''
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "dsr-drift"
version = "0.1"

[project.entry-points."dsr.models"]
drift = "drift:Drift"

[tool.setuptools]
py-modules = ["drift"]
"""


def program(site: Path, *words: Any) -> Any:
    """Run ``python -m dsr ... --json`` with one more folder of packages."""
    path = os.pathsep.join([str(site), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-m", "dsr", *map(str, words), "--json"],
        capture_output=True, text=True, timeout=300, cwd=site, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def whole_way(site: Path, model: str, *settings: str) -> Any:
    """Fit, evaluate and report; the summary of the fit."""
    file, run = site / "lorenz.nc", site / "run"
    write_dataset(dsr.simulate("lorenz63", steps=1500, dt=0.05, seed=2), file)
    options = [word for setting in settings for word in ("--set", setting)]
    summary = program(site, "fit", file, "--model", model, "--out", run, "--no-baselines", *options)
    assert summary["model"] == model
    scores = program(site, "evaluate", run, file, "--no-baselines")
    assert scores["metrics"]["prediction_error"] == summary["metrics"]["prediction_error"]
    page = run / "report.html"
    page.unlink()
    program(site, "report", run)
    assert model in page.read_text(encoding="utf-8")
    return summary


def test_the_example_of_the_guide_goes_the_whole_way(tmp_path: Path) -> None:
    assert len(EXAMPLE.read_text().splitlines()) <= 60
    page = (ROOT / "docs" / "guide" / "models.md").read_text(encoding="utf-8")
    assert "literalinclude} ../examples_models/knn.py" in page
    (tmp_path / "knn.py").write_text(EXAMPLE.read_text())
    facts = tmp_path / "dsr_knn-0.1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: dsr-knn\nVersion: 0.1\n")
    entry = re.search(r'\[project\.entry-points\."dsr\.models"\]\n(knn = .*)\n', page)
    assert entry
    (facts / "entry_points.txt").write_text("[dsr.models]\n" + entry[1].replace('"', "") + "\n")
    summary = whole_way(tmp_path, "knn", "neighbours=6")
    settings = json.loads((tmp_path / "run" / "model" / "model.json").read_text())["settings"]
    assert settings == {"neighbours": 6, "samples": 3}
    # Far better than persistence, its surrogate.
    error = summary["metrics"]["prediction_error"]
    assert error["value"] < 0.5 * error["surrogate"]


@pytest.mark.slow
def test_an_installed_distribution_goes_the_whole_way(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    (source / "drift.py").write_text(DRIFT)
    (source / "pyproject.toml").write_text(PROJECT)
    install = ["install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", *install, "--target", str(site), str(source)],
        check=True, timeout=300, capture_output=True,
    )  # fmt: skip
    summary = whole_way(site, "drift")
    assert summary["metrics"]["prediction_error"]["value"] > 0.0


def test_a_name_of_this_package_stays_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from dsr.models import registry

    points = [
        EntryPoint("dmd", "nowhere:Other", registry.GROUP),
        EntryPoint("broken", "nowhere:Other", registry.GROUP),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    registry._foreign.cache_clear()
    try:
        assert registry.model_class("dmd").__module__ == "dsr.models.dmd"
        assert "broken" in dsr.models.names()
        with pytest.raises(dsr.errors.InputError, match="nowhere:Other cannot be loaded"):
            dsr.models.create("broken")
    finally:
        registry._foreign.cache_clear()
