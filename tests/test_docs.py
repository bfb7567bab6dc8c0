"""The documentation builds without warnings and without network."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import dsr

ROOT = Path(__file__).resolve().parent.parent

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Words of each ``dsr`` command in the shell blocks of a page."""
    blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["dsr"]]


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md", "docs/install.md",
                                  "docs/index.md"])  # fmt: skip
def test_commands_on_the_first_pages_are_those_of_the_program(page: str) -> None:
    import typer

    from dsr.cli.main import app

    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    found = commands((ROOT / page).read_text(encoding="utf-8"))
    assert found
    for verb, *words in found:
        known = {option for parameter in verbs[verb].params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known


def test_files_that_the_readme_names_are_there_or_made_before() -> None:
    made = set()
    first = README.split("With files of yours")[0]
    assert len(commands(first)) >= 4
    for words in commands(first):
        for word in words:
            if re.search(r"\.(nc|csv|npy)$", word) and word not in made:
                assert (ROOT / word).is_file() or words[words.index(word) - 1] == "-o", word
                made.add(word)
    for path in re.findall(r"`((?:tests|docs|datasets)/[\w./-]+)`", README):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path


def test_the_readme_tells_where_the_command_is_after_the_demo() -> None:
    assert ".venv/bin/dsr" in README
    assert "source .venv/bin/activate" in README


pytest.importorskip("sphinx", reason="the documentation needs the extra [docs]")


def test_formulas_set_an_index_after_an_accented_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    from mathml import to_mathml

    html = to_mathml(r"\tilde z_t", as_block=False)
    assert re.sub(r"\s", "", html).count("<msub><mover") == 1
    assert "munderover" not in html


def listed() -> set[str]:
    """Collect the names in the lists of the reference, with the modules they stand in."""
    names, module, directive = set(), "", ""
    for page in (ROOT / "docs" / "reference").glob("*.rst"):
        for line in page.read_text(encoding="utf-8").splitlines():
            if found := re.match(r"\.\. ([\w-]+):: ?(\S*)", line):
                directive = found[1]
                module = found[2] if directive == "currentmodule" else module
            elif directive == "autosummary" and (found := re.fullmatch(r"   (\w+)", line)):
                names.add(f"{module}.{found[1]}")
    return names


def test_the_reference_lists_every_public_name_and_no_other() -> None:
    public: dict[object, set[str]] = {}
    for room in (dsr, *(getattr(dsr, name) for name in dsr.__all__)):
        for name in getattr(room, "__all__", []) if inspect.ismodule(room) else []:
            value = getattr(room, name)
            if inspect.isroutine(value) or inspect.isclass(value):
                public.setdefault(value, set()).add(f"{room.__name__}.{name}")
    known = listed()
    assert not [min(paths) for paths in public.values() if not paths & known]
    rooms = {path.rpartition(".")[0] for paths in public.values() for path in paths}
    every = set().union(*public.values())
    assert not [name for name in known if name.rpartition(".")[0] in rooms and name not in every]


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
    for example in (ROOT / "docs" / "examples").glob("plot_*.py"):
        assert (tmp_path / "html" / "gallery" / f"{example.stem}.html").exists()
