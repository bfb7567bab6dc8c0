"""The ``dsr`` program: its verbs, its exit codes, its one-line errors."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
from typing import Annotated, Any, NoReturn

import typer

from dsr._version import __version__
from dsr.cli.doctor import doctor
from dsr.cli.embed import embed
from dsr.cli.evaluate import evaluate
from dsr.cli.fit import fit
from dsr.cli.generate import forecast, generate
from dsr.cli.info import info
from dsr.cli.metrics import metrics
from dsr.cli.report import report
from dsr.cli.simulate import simulate, systems
from dsr.cli.syntax import arguments, called, spoken
from dsr.errors import DsrError

_EPILOG = "Exit codes: 0 done; 2 usage or bad input; 3 diverged; 4 not verified; 130 interrupted."

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
for _verb in (
    fit, evaluate, forecast, generate, info, simulate, systems, metrics, report, embed, doctor,
):  # fmt: skip
    app.command()(_verb)


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
    """Reconstruct dynamical systems from measured series and fields, and judge them honestly."""
    del version


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the program and exit with its code.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; those of the process if not given.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    called(words, _flags(words))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter of a variable's name is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run("--json" in words))


def _verb_of(words: list[str]) -> str:
    """Name of the verb that was typed, or nothing."""
    verbs = {str(entry.callback.__name__) for entry in app.registered_commands if entry.callback}
    return words[0] if words and words[0] in verbs else ""


@functools.cache
def _program() -> Any:
    return typer.main.get_command(app)


def _flags(words: list[str]) -> dict[str, tuple[str, str]]:
    """Flags of the verb that was typed, by the names that Python has for them."""
    verb = getattr(_program(), "commands", {}).get(_verb_of(words))
    flags: dict[str, tuple[str, str]] = {}
    for parameter in () if verb is None else verb.params:
        given = [word for word in parameter.opts if word.startswith("--")]
        if given and parameter.name:
            flags[parameter.name] = (given[0], next(iter(parameter.secondary_opts), ""))
    return flags


def _run(as_json: bool) -> int:
    """Map every outcome to an exit code and at most one line."""
    from dsr.cli.console import fail

    try:
        code = _invoke(arguments())
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except DsrError as error:
        return fail(spoken(str(error)), error.exit_code, as_json=as_json)
    except KeyboardInterrupt as error:
        return _interrupted(error, as_json)
    except BrokenPipeError:
        # Whoever read our output has left; that is no error of ours.
        _discard_output()
        return 0
    except OSError as error:
        return _refused_by_system(error, as_json)
    except MemoryError:
        return fail("there is not enough memory for this series and model", 2, as_json=as_json)
    except Exception as error:
        return _other(error, as_json)


def _invoke(words: list[str]) -> int:
    """Parse and run one verb, so that every exception arrives here as it was raised."""
    command = _program()
    if "_DSR_COMPLETE" in os.environ:  # the shell asks for completions
        command.main(words, prog_name="dsr")
    try:
        with command.make_context("dsr", words) as context:
            command.invoke(context)
    except typer.Exit as error:
        return error.exit_code
    return 0


def _discard_output() -> None:
    """Send what is still buffered nowhere, or Python complains about it at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(sink, stream.fileno())
    os.close(sink)


def _refused_by_system(error: OSError, as_json: bool) -> int:
    """Missing rights, a full disk, a name too long: the user's to mend, not a mistake of ours."""
    from dsr.cli.console import fail

    if os.environ.get("DSR_DEBUG"):
        raise error
    name = "" if error.filename is None else f" {str(error.filename)!r}"
    reason = error.strerror or str(error)
    try:
        return fail(
            f"cannot read or write{name or ' the output'}: {reason}; check the path, its rights "
            "and the space left", 2, as_json=as_json,
        )  # fmt: skip
    except OSError:  # standard output itself is what cannot be written
        _discard_output()
        return 2


def _interrupted(error: KeyboardInterrupt, as_json: bool) -> int:
    from dsr.cli.console import fail

    number = int(getattr(error, "signal", 2))
    return fail(str(error) or "interrupted", 128 + number, as_json=as_json)


def _other(error: Exception, as_json: bool) -> int:
    """Usage errors know their exit code and message; anything else is a mistake of ours."""
    from dsr.cli.console import fail

    if type(error).__name__ == "NoArgsIsHelpError":
        # The program, or a verb, without arguments: its help is the message.
        sys.stderr.write(str(getattr(error, "message", "")) + "\n")
        return 2
    if isinstance(error, typer.Abort):
        return 1
    told = getattr(error, "format_message", None)
    if callable(told):
        hint = f"; see dsr {_verb_of(arguments())} --help".replace("  ", " ")
        message = str(told()).rstrip(".")
        return fail((message or "wrong usage") + hint, 2, as_json=as_json)
    if os.environ.get("DSR_DEBUG"):
        raise error
    detail = f"{type(error).__name__}: {error}"
    return fail(
        f"unexpected error, please report it ({detail}); DSR_DEBUG=1 shows where it happened", 1,
        as_json=as_json,
    )  # fmt: skip
