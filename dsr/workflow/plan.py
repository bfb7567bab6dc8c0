"""What a fit is going to do, decided and checked before anything is written."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr._version import __version__
from dsr.checks import whole
from dsr.errors import InputError
from dsr.runs import CONFIG, SUMMARY
from dsr.workflow.recording import Recording, record
from dsr.workflow.resuming import DEFAULT_MODEL, continued, stored_config
from dsr.workflow.settings import Settings, parse_budget

if TYPE_CHECKING:
    from dsr.training.progress import Progress

SCHEMA = 2


@dataclass
class Plan:
    """Data, settings and folder of one fit.

    Attributes
    ----------
    folder : Path
    named : bool
        Whether the user named the folder.
    seed : int
    settings : Settings
    recording : Recording
    budget : float or None
        Seconds of training; None where a number of updates was given, or there is no training.
    command : list of str or None
        Words of the command line, where the fit was started there.
    stored : dict or None
        ``config.toml`` of the run that is resumed.
    """

    folder: Path
    named: bool
    seed: int
    settings: Settings
    recording: Recording
    budget: float | None
    command: list[str] | None = None
    stored: dict[str, Any] | None = None
    seconds_per_update: float | None = None

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.stored is not None and (self.folder / SUMMARY).is_file()

    def make_folder(self) -> None:
        """Create the run folder; one that nobody named is new, whoever else is making one."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if self.named:
            self.folder.mkdir(exist_ok=True)
            return
        base, count = self.folder, 1
        while True:
            try:
                self.folder.mkdir()
            except FileExistsError:
                count += 1
                self.folder = base.with_name(f"{base.name}-{count}")
            else:
                return

    def remove_folder(self) -> None:
        """Leave nothing behind of a fit that was refused; a run that is resumed stays."""
        if self.stored is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def new_model(self) -> Any:
        """An untrained model of the planned size."""
        from dsr.models.registry import create

        return create(self.settings.name, **self.settings.model)

    def settle_budget(self, model: Any, progress: Progress) -> None:
        """Turn the budget into settings of the trainer, by a short measurement on this machine."""
        if self.budget is None:
            return
        settled = model.settle_budget(
            self.recording.train, self.budget, trainer=self.settings.trainer,
            forcing=self.settings.forcing, inputs=self.recording.train_inputs,
            progress=progress,
        )  # fmt: skip
        self.seconds_per_update = model.seconds_per_update
        self.settings = self.settings.trained_with(**settled)

    def config(self) -> dict[str, Any]:
        """What ``config.toml`` holds; that of a resumed run stays as it is."""
        if self.stored is not None:
            return self.stored
        return {
            "schema": SCHEMA,
            "model": self.settings.name,
            "seed": self.seed,
            "settings": self.settings.tables(),
            "data": {**self.recording.facts(), "test": self.settings.data.test},
            "budget": {"seconds": self.budget, "seconds_per_update": self.seconds_per_update},
            "versions": _versions(),
            "reproduce": {"command": self.reproduce()},
        }

    def reproduce(self) -> str:
        """Command (or call, for data in memory) that repeats this run exactly."""
        updates = self.settings.given.get("updates")
        recording = self.recording
        if self.command:
            words = list(self.command)
            if self.budget is not None and updates is not None:
                words += ["--set", f"updates={updates}"]
            return shlex.join(words)
        driven = bool(recording.inputs_source)
        if Path(recording.source).exists() and (
            not driven or Path(recording.inputs_source).exists()
        ):
            config = str(self.folder / CONFIG)
            words = ["dsr", "fit", recording.source, "--config", config]
            return shlex.join([*words, *(["--inputs", recording.inputs_source] if driven else [])])
        asked = {"model": self.settings.name, "seed": self.seed, **self.settings.given}
        words = [f"{name}={value!r}" for name, value in asked.items()]
        return f"dsr.fit({', '.join(['series', *words, *(['inputs=inputs'] if driven else [])])})"

    def identity(self) -> str:
        """Fingerprint of all that decides the weights."""
        config, recording = self.config(), self.recording
        document = [recording.fingerprint, config["model"], config["seed"], config["settings"]]
        document += [recording.inputs_fingerprint] if recording.inputs_fingerprint else []
        text = json.dumps(document, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def make_plan(
    series: Any,
    *,
    model: str = DEFAULT_MODEL,
    trainer: str = "auto",
    budget: str | float = "2 min",
    seed: int = 0,
    inputs: Any = None,
    out: str | Path | None = None,
    resume: bool = False,
    settings: Mapping[str, Any],
) -> Plan:
    """Check everything a fit is given and decide what is open; writes nothing."""
    seed = whole("seed", seed, least=0)
    folder = None if out is None else Path(out)
    settings = dict(settings)
    command = settings.pop("command", None)
    if trainer != "auto":
        settings["trainer"] = trainer
    stored = stored_config(folder, resume)
    if stored is not None:
        model, seed, inputs, settings = continued(stored, model, seed, inputs, settings)
    chosen = Settings.of(model, settings)
    open_ended = chosen.trainer is not None and "updates" not in chosen.given
    seconds = parse_budget(budget)
    recording = record(series, chosen, inputs)
    if stored is not None:
        _same_data(stored, recording, folder)
    chosen = chosen.embedded(recording.embedding).sized(_width(recording))
    return Plan(
        folder=_default_folder(recording.source, model, seed) if folder is None else folder,
        named=folder is not None,
        seed=seed,
        settings=chosen,
        recording=recording,
        budget=seconds if open_ended else None,
        command=command,
        stored=stored,
    )


def _same_data(stored: Mapping[str, Any], recording: Recording, folder: Path | None) -> None:
    data = stored.get("data", {})
    for what, mark, source in (
        ("data", "fingerprint", recording.source),
        ("inputs", "inputs_fingerprint", recording.inputs_source or "none"),
    ):
        if str(data.get(mark, "")) != getattr(recording, mark):
            raise InputError(
                f"the run in {folder} was fitted to other {what} than {source}; repeat the "
                "command it was started with, or choose another --out"
            )


def _width(recording: Recording) -> int:
    """Number of observed variables; of a field, of its valid cells."""
    train = recording.train
    if "variable" in train.dims:
        return int(train.sizes["variable"])
    from dsr.data.grid import Grid

    return Grid.of(train).cells


def _default_folder(source: str, model: str, seed: int) -> Path:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(source).stem).strip("-.")[:60] or "series"
    return Path("runs") / f"{stem}-{model}-seed{seed}"


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("numpy", "scipy", "numba", "xarray", "torch")
    return {
        "dsr": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }
