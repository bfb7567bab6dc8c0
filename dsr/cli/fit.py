"""``dsr fit FILE``: a file in, a judged run out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsr.cli import options as opt
from dsr.cli.syntax import arguments, spoken
from dsr.errors import InputError

if TYPE_CHECKING:
    from dsr.training.live import LiveProgress

_SILENT_WORDS = {"--json", "--quiet", "-q", "--resume"}
_NOT_SETTINGS = {"out", "resume", "progress", "json", "quiet", "command", "config"}


def _model_names() -> list[str]:
    from dsr.models.registry import names

    return names()


@opt.reads_a_file
def fit(
    file: Annotated[str, typer.Argument(help="NetCDF, Zarr, CSV, .npy or .npz file.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="Name of a model (shallow-plrnn); dsr doctor lists all there are.",
            autocompletion=_model_names,
        ),
    ] = None,
    trainer: Annotated[
        str | None, typer.Option(help="How a trained model learns: auto (default) or gradient.")
    ] = None,
    latent: Annotated[int | None, typer.Option(help="Latent states; as many as variables.")] = None,
    hidden: Annotated[int | None, typer.Option(help="Hidden units; from the data.")] = None,
    alpha: Annotated[
        str | None, typer.Option(help="Forcing strength in [0, 1], or adaptive (default).")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="Time for training: seconds, or a text such as '2 min'.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of 50 updates, instead of a budget.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of every random choice.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Run folder; a new one below runs/.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    device: Annotated[str | None, typer.Option(help="cpu (default) or cuda.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings, or a run's config.toml.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting, as key=value; repeatable.")
    ] = None,
    embed: Annotated[
        str | None,
        typer.Option(help="Delay coordinates of one variable: auto (default), none, or M,TAU."),
    ] = None,
    inputs: opt.Inputs = None,
    baselines: opt.Baselines = True,
    load: dict[str, Any] | None = None,
    json: opt.Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Reconstruct the system behind a series or a field, and judge it.

    A test part is set aside, the data are scaled, sizes are picked, and a model is trained, by
    default with adaptive forcing within a budget. It is judged on the test part, which it has not
    seen. The run folder holds the model, its scores, all settings and a report.
    """
    from dsr.cli.console import judgement_lines
    from dsr.cli.output import give
    from dsr.training.progress import Interrupted
    from dsr.workflow.fitting import fit as run_fit

    given = {
        "model": model, "trainer": trainer, "seed": seed, "budget": budget,
        "latent_dim": latent, "hidden_dim": hidden,
        "alpha": None if alpha is None else opt.parse_value(alpha), "epochs": epochs,
        "device": device, "embed": embed, "inputs": inputs,
    }  # fmt: skip
    if resume and out is None:
        raise InputError("--resume needs the run folder that is to go on; name it with --out")
    settings: dict[str, Any] = {} if config is None else opt.read_config(config)
    named = {name: value for name, value in given.items() if value is not None}
    pairs = opt.parse_pairs(set_ or [], "--set")
    _refuse_contradictions(named, pairs)
    asked = named | pairs
    if "epochs" in asked:
        settings.pop("updates", None)  # of the settings file
    settings |= asked
    if load:
        settings["load"] = {**settings.get("load", {}), **load}
    progress: Any = False if quiet else _live_line()
    try:
        run = run_fit(
            file, out=out, resume=resume, progress=progress, baselines=baselines,
            command=_command(), **settings,
        )  # fmt: skip
    except Interrupted as stopped:
        raise Interrupted(stopped.signal, f"{stopped}{_how_to_go_on(file, out, stopped)}") from None
    finally:
        if progress:
            progress.close()
    of = "frames of test data" if run.model.accepts == "field" else "samples of test data"
    lines = judgement_lines(run.summary, run.metrics.attrs, of)
    lines += [f"run       {run.folder}", f"report    {run.report}"]
    give(run.summary, lines, None, as_json=json)


def _live_line() -> LiveProgress:
    """The live line, whose remarks name options as they are typed."""
    from dsr.training.live import LiveProgress

    class Spoken(LiveProgress):
        def note(self, text: str) -> None:
            super().note(spoken(text))

    return Spoken()


def _refuse_contradictions(named: dict[str, Any], pairs: dict[str, Any]) -> None:
    for name, value in pairs.items():
        if name in _NOT_SETTINGS:
            raise InputError(f"--set {name} is no setting; use the option --{name}")
        if name in named and str(named[name]) != str(value):
            raise InputError(
                f"{name} is given twice, as {named[name]} by its own option and as {value} by "
                "--set; keep one"
            )
    if "epochs" in named and "updates" in pairs:
        raise InputError("--epochs and --set updates both fix the length of training; keep one")


def _how_to_go_on(file: str, out: Path | None, stopped: KeyboardInterrupt) -> str:
    """The command that resumes; a run without --out tells its folder by that of its checkpoint."""
    saved = re.search(r"saved in (.+)[/\\]checkpoint", str(stopped))
    folder = str(out) if out is not None else saved.group(1) if saved else None
    if folder is None:
        return ""
    return "; go on with: " + shlex.join(["dsr", "fit", file, "--out", folder, "--resume"])


def _command() -> list[str]:
    """The command as it was typed, without what only concerns its output."""
    words: list[str] = []
    skip = False
    for word in arguments():
        if skip:
            skip = False
        elif word in ("--out", "-o"):
            skip = True
        elif word not in _SILENT_WORDS and not word.startswith("--out="):
            words.append(word)
    return ["dsr", *words]
