"""The ``dsr`` program: its verbs, its exit codes, its one-line errors."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from dsr._version import __version__
from dsr.cli.embed import embed
from dsr.cli.evaluate import evaluate
from dsr.cli.fit import fit
from dsr.cli.generate import forecast, generate
from dsr.cli.info import info
from dsr.cli.metrics import metrics
from dsr.cli.report import report
from dsr.cli.simulate import simulate, systems
from dsr.errors import DsrError

_EPILOG = "Exit codes: 0 done; 2 usage or bad input; 3 diverged; 4 not verified; 130 interrupted."

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
for _verb in (fit, evaluate, forecast, generate, info, simulate, systems, metrics, report, embed):
    app.command()(_verb)

_arguments: list[str] = []


def arguments() -> list[str]:
    """Arguments the program was called with."""
    return list(_arguments)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dsr {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Reconstruct dynamical systems from measured time series, and judge the result honestly."""
    del version


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the program and exit with its code.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; those of the process if not given.
    """
    _arguments[:] = sys.argv[1:] if argv is None else list(argv)
    sys.exit(_run("--json" in _arguments))


def _run(as_json: bool) -> int:
    """Map every outcome to an exit code and at most one line."""
    from dsr.cli.console import fail

    try:
        code = app(list(_arguments), prog_name="dsr", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except DsrError as error:
        return fail(str(error), error.exit_code, as_json=as_json)
    except KeyboardInterrupt as error:
        return _interrupted(error, as_json)
    except BrokenPipeError:
        # Whoever read our output has left; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        return fail("there is not enough memory for this series and model", 2, as_json=as_json)
    except Exception as error:
        return _other(error, as_json)


def _interrupted(error: KeyboardInterrupt, as_json: bool) -> int:
    from dsr.cli.console import fail

    number = int(getattr(error, "signal", 2))
    message = str(getattr(error, "message", "interrupted"))
    out = _option("--out", "-o")
    if hasattr(error, "message"):
        source = next((w for w in _arguments[1:] if not w.startswith("-")), "FILE")
        folder = out or str(getattr(error, "folder", "RUN"))
        message += f"; go on with: dsr fit {source} --out {folder} --resume"
    return fail(message, 128 + number, as_json=as_json)


def _option(*names: str) -> str | None:
    for k, word in enumerate(_arguments):
        if word in names and k + 1 < len(_arguments):
            return _arguments[k + 1]
        for name in names:
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    return None


def _other(error: Exception, as_json: bool) -> int:
    """Usage errors know their exit code and message; anything else is a mistake of ours."""
    from dsr.cli.console import fail

    if type(error).__name__ == "NoArgsIsHelpError":
        # The program, or a verb, without arguments: its help is the message.
        sys.stderr.write(str(getattr(error, "message", "")) + "\n")
        return 2
    if type(error).__name__ in ("Exit", "Abort"):
        return int(getattr(error, "exit_code", 1))
    told = getattr(error, "format_message", None)
    if callable(told):
        hint = "; see dsr --help" if len(_arguments) < 2 else f"; see dsr {_arguments[0]} --help"
        message = str(told()).rstrip(".")
        return fail((message or "wrong usage") + hint, 2, as_json=as_json)
    if os.environ.get("DSR_DEBUG"):
        raise error
    detail = f"{type(error).__name__}: {error}"
    return fail(
        f"unexpected error, please report it ({detail}); DSR_DEBUG=1 shows where it happened", 1,
        as_json=as_json,
    )  # fmt: skip
