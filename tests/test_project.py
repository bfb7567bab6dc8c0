"""The project around the package: its pages name what exists, its files agree with each other."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import dsr

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """Give the fenced blocks of a page in one language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def shell_lines(page: Path) -> list[list[str]]:
    lines = "\n".join(blocks(page, "bash")).splitlines()
    return [words for line in lines if (words := line.split("#")[0].split())]


def commands() -> dict[str, set[str]]:
    """Give every verb of the program with the options it knows."""
    import typer

    from dsr.cli.main import app

    program = typer.main.get_command(app)
    context = typer.Context(program, info_name="dsr")
    found = {}
    for verb in program.list_commands(context):
        command = program.get_command(context, verb)
        assert command is not None
        found[verb] = {name for p in command.params for name in [*p.opts, *p.secondary_opts]}
    return found


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == dsr.__version__
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "dsr/_version.py"


def test_the_citation_file_has_what_its_format_demands() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == PYPROJECT["project"]["license"]
    for entry in [citation, *citation["references"]]:
        assert all(
            "name" in a or {"family-names", "given-names"} <= set(a) for a in entry["authors"]
        )


def test_the_changelog_has_an_open_section_and_valid_headings() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    kinds = re.findall(r"^### (.*)$", text, flags=re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_a_page_shows_exists(page: Path) -> None:
    targets = set(
        re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    )
    verbs = commands()
    for words in shell_lines(page):
        if words[0] == "make":
            assert words[1] in targets, words
        elif words[0] == "dsr":
            assert words[1] in verbs, words
            options = {w.split("=")[0] for w in words[2:] if w.startswith("-")}
            assert options <= verbs[words[1]], words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_of_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            if target.removeprefix("../").startswith("gallery/"):
                continue  # written by the documentation build
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_shown_on_a_page_is_python(page: Path) -> None:
    for block in blocks(page, "python"):
        ast.parse(block)


def test_every_promised_name_is_in_the_reference() -> None:
    folder = ROOT / "docs" / "reference"
    told = {
        line.strip()
        for page in folder.glob("*.rst")
        for line in page.read_text(encoding="utf-8").splitlines()
    }
    missing = [name for name in ("load", "simulate", "fit", "evaluate") if name not in told]
    for part in ("data", "models", "training", "metrics", "plots", "report"):
        missing += [f"{part}.{name}" for name in getattr(dsr, part).__all__ if name not in told]
    assert not missing


def test_constraints_name_every_direct_dependency() -> None:
    lines = (ROOT / "requirements" / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line}
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = [
        *PYPROJECT["project"]["dependencies"],
        *extras["test"],
        *extras["docs"],
        *extras["dev"],
    ]
    names = {re.split(r"[<>=\[]", item)[0].lower() for item in wanted}
    assert names <= pinned


def test_the_lowest_versions_are_the_bounds() -> None:
    lines = (ROOT / "requirements" / "lowest.txt").read_text().splitlines()
    lowest = dict(line.split("==") for line in lines if "==" in line)
    for item in PYPROJECT["project"]["dependencies"]:
        name, bound = item.split(">=")
        if name == "torch":
            continue  # only one build of it is tried
        assert lowest[name] == bound or lowest[name].startswith(f"{bound}."), item


def test_notebooks_are_what_their_scripts_say() -> None:
    import jupytext

    scripts = sorted((ROOT / "notebooks").glob("*.py"))
    assert scripts
    for script in scripts:
        wanted = jupytext.read(script)
        stored = json.loads(script.with_suffix(".ipynb").read_text(encoding="utf-8"))
        cells = ["".join(cell["source"]) for cell in stored["cells"]]
        assert cells == [cell.source for cell in wanted.cells], f"run make notebook ({script.name})"
        assert not any(cell.get("outputs") for cell in stored["cells"])


def test_no_page_names_a_machine() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    wrong = []
    for name in done.stdout.splitlines():
        path = ROOT / name
        if path.suffix not in {".py", ".md", ".rst", ".toml", ".txt", ".cff", ".yaml", ".ipynb"}:
            continue
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        wrong += [f"{name}: {hit}" for hit in re.findall(r"/(?:home|root|Users)/[a-z]\w*", text)]
    assert not wrong


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    short = code.replace('budget="2 min"', "updates=200, progress=False")
    assert short != code
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", short],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.html").exists()
    assert (tmp_path / "free.nc").exists()


def test_every_file_the_readme_cites_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    cited = re.findall(r"`((?:tests|docs|datasets|notebooks)/[^`\s]*)`", text)
    assert cited
    missing = [name for name in cited if not (ROOT / name).exists()]
    # Results are written by the command that the same line names.
    assert [name for name in missing if name != "docs/results/"] == []
