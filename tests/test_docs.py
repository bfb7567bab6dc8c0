"""The documentation builds without warnings and without network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytest.importorskip("sphinx", reason="the documentation needs the extra [docs]")


def test_formulas_set_an_index_after_an_accented_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    from mathml import to_mathml

    html = to_mathml(r"\tilde z_t", as_block=False)
    assert re.sub(r"\s", "", html).count("<msub><mover") == 1
    assert "munderover" not in html


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "theory").glob("*.md")), ids=lambda p: p.stem
)
def test_examples_on_the_theory_pages_run(page: Path) -> None:
    """Each page by itself, its blocks one after the other, as a reader would paste them."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks or page.stem == "index"
    space: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page.name, "exec"), space)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    # A proxy that nothing listens on: whatever tries the network fails.
    nowhere = "http://127.0.0.1:9"
    environment = os.environ | {"http_proxy": nowhere, "https_proxy": nowhere}
    done = subprocess.run(
        [
            sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html",
            "-d", str(tmp_path / "doctrees"), str(ROOT / "docs"), str(tmp_path / "html"),
        ],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-5000:]
    start = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="https?://', start)
    assert (tmp_path / "html" / "gallery" / "plot_lorenz63.html").exists()
