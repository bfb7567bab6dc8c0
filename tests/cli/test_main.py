"""Exit codes, one-line errors, strict JSON, and what the program does when the world is unkind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dsr.cli.main as program
from dsr.errors import DivergedError, InputError, VerificationError
from dsr.training.progress import Interrupted

VERBS = ("fit", "evaluate", "forecast", "generate", "info", "simulate", "systems", "metrics",
         "report", "embed", "doctor")  # fmt: skip


def test_help_names_every_verb_and_the_exit_codes(call: Callable[..., Any]) -> None:
    done = call("--help")
    assert done.code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in done.out
    assert "130 interrupted" in " ".join(done.out.split())


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_is_not_cut_by_dots(call: Callable[..., Any], verb: str) -> None:
    done = call(*([verb] if verb else []), "--help")
    assert "..." not in done.out.replace("[ARGS]...", "")


@pytest.mark.parametrize("verb", ["fit", "evaluate", "forecast", "generate", "simulate", "metrics"])
def test_a_seed_is_said_to_matter_where_something_is_drawn(
    call: Callable[..., Any], verb: str
) -> None:
    assert "Accepted; nothing is drawn here" not in " ".join(call(verb, "--help").out.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_json_seed_and_out(call: Callable[..., Any], verb: str) -> None:
    done = call(verb, "-h")
    assert done.code == 0
    assert all(option in done.out for option in ("--json", "--seed", "--out"))


def test_version(call: Callable[..., Any]) -> None:
    assert call("--version").out == f"dsr {program.__version__}\n"


def test_no_arguments_show_the_help_and_count_as_wrong_usage(call: Callable[..., Any]) -> None:
    done = call()
    assert done.code == 2
    assert done.out == ""
    assert "Usage: dsr" in done.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (InputError("the file is empty"), 2, "the file is empty"),
        (DivergedError("the loss is infinite"), 3, "the loss is infinite"),
        (VerificationError("too few samples"), 4, "too few samples"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Interrupted(15, "stopped after 5 updates"), 143, "stopped after 5 updates"),
        (OSError(28, "No space left on device", "a.nc"), 2, "'a.nc': No space left on device"),
        (PermissionError(13, "Permission denied", "b.nc"), 2, "'b.nc': Permission denied"),
        (MemoryError(), 2, "not enough memory"),
        (ZeroDivisionError("by zero"), 1, "please report it (ZeroDivisionError: by zero)"),
        (InputError("two\nlines \x1b[31m"), 2, "two lines ?[31m"),
        (InputError("word " * 500), 2, "word word"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_every_error_has_its_code_and_one_line(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch,
    error: BaseException, code: int, text: str, as_json: bool,
) -> None:  # fmt: skip
    def fail() -> list[str]:
        raise error

    monkeypatch.setattr("dsr.data.systems", fail)
    done = call("systems", *(["--json"] if as_json else []))
    assert done.code == code
    if as_json:
        assert done.err == ""
        assert set(done.json) == {"error", "code"}
        assert done.json["code"] == code
        message = done.json["error"]
    else:
        assert done.out == ""
        assert done.err.startswith("dsr: ")
        assert done.err.endswith("\n")
        message = done.err[:-1]
    assert text in message
    assert "\n" not in message
    assert len(message) <= 600


def test_a_bug_shows_its_traceback_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise ZeroDivisionError

    monkeypatch.setattr("dsr.data.systems", fail)
    monkeypatch.setenv("DSR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        program.main(["systems"])


def test_an_interrupted_fit_says_how_to_go_on(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(*_: Any, **__: Any) -> None:
        raise Interrupted(2, "interrupted after 5 of 9 updates")

    monkeypatch.setattr("dsr.workflow.fitting.fit", fit)
    done = call("fit", "a b.nc", "--out", "my run", "--quiet")
    assert done.code == 130
    assert done.err.endswith("go on with: dsr fit 'a b.nc' --out 'my run' --resume\n")


def run_shell(command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    shell = f'dsr() {{ "{sys.executable}" -m dsr "$@"; }}; set -o pipefail; {command}'
    return subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, timeout=120, check=False, **options
    )


def test_a_reader_that_leaves_is_no_error() -> None:
    # The listing is far longer than a pipe holds, so the writer does meet the closed end.
    done = run_shell("for k in 1 2 3; do dsr systems --json; done | head -c 10")
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    done = run_shell("dsr systems > /dev/full")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_a_terminal_without_unicode_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "größe.csv"
    path.write_text("größe,λ\n" + "".join(f"{k % 7},{k % 5}\n" for k in range(50)), "utf-8")
    done = run_shell(f"PYTHONIOENCODING=ascii dsr info '{path}'")
    assert done.returncode == 0, done.stderr
    assert "\\u03bb" in done.stdout


@pytest.mark.parametrize("words", [["--help"], ["fit", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom dsr.cli.main import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "import json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    heavy = {"numpy", "torch", "numba", "sklearn", "pandas", "xarray", "plotly", "scipy", "rich"}
    assert not loaded & heavy
