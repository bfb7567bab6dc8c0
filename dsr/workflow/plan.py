"""What a fit is going to do, decided and checked before anything is written."""

from __future__ import annotations

import platform
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr._version import __version__
from dsr.errors import InputError
from dsr.runs import CONFIG, SUMMARY, read_toml
from dsr.workflow.settings import (
    check_seed,
    check_share,
    parse_budget,
    parse_embedding,
    settle_sizes,
    sort_settings,
)

if TYPE_CHECKING:
    import xarray as xr

    from dsr.training.forcing import GeneralizedTeacherForcing

SCHEMA = 1
LEAST_SAMPLES = 300


@dataclass
class Plan:
    """Data, model, settings and folder of one fit."""

    folder: Path
    model: str
    seed: int
    train: xr.DataArray
    test: xr.DataArray
    source: str
    fingerprint: str
    embedding: str | None
    share: float
    model_settings: dict[str, Any]
    forcing: GeneralizedTeacherForcing
    training: dict[str, Any]
    budget: float | None
    command: list[str] | None
    load: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    finished: bool = False
    seconds_per_update: float | None = None
    named: bool = True

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

    def new_model(self) -> Any:
        """An untrained model of the planned size."""
        from dsr.models.registry import create

        return create(self.model, **self.model_settings)

    def settle_updates(self, model: Any) -> None:
        """Turn the budget into a number of updates, by a short measurement on this machine."""
        if "updates" in self.training or not model.trained:
            return
        assert self.budget is not None
        bought = model.settle_budget(self.train, self.budget, forcing=self.forcing, **self.training)
        self.training |= bought
        self.seconds_per_update = model.seconds_per_update

    def settings(self) -> dict[str, Any]:
        """Flat settings that make this run again: what ``--config`` and ``dsr.fit`` take."""
        forcing = self.forcing
        return {
            **self.model_settings,
            "alpha": "adaptive" if forcing.alpha is None else forcing.alpha,
            "estimator": forcing.estimator,
            "alpha_start": forcing.start,
            "alpha_decay": forcing.decay,
            "alpha_every": forcing.every,
            **(self._all_training() if self._trained() else {}),
            "embed": self.embedding or "none",
            "test": self.share,
            "load": {k: v for k, v in self.load.items() if v is not None and v is not False},
        }

    def _trained(self) -> bool:
        from dsr.models.registry import model_class

        return bool(model_class(self.model).trained)

    def _all_training(self) -> dict[str, Any]:
        from dsr.training.settings import TrainingSettings

        return TrainingSettings.from_flat(self.training).to_flat()

    def config(self) -> dict[str, Any]:
        """What ``config.toml`` holds."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "seed": self.seed,
            "settings": self.settings(),
            "data": {
                "source": self.source,
                "fingerprint": self.fingerprint,
                "embedding": self.embedding,
                "test": self.share,
                "variables": [str(v) for v in self.train["variable"].values],
                "dt": float(self.train.attrs["dt"]),
                "time_unit": str(self.train.attrs["time_unit"]),
                "train_samples": _samples(self.train),
                "test_samples": _samples(self.test),
                "notes": list(self.notes),
            },
            "budget": {"seconds": self.budget, "seconds_per_update": self.seconds_per_update},
            "versions": _versions(),
            "reproduce": {"command": self.reproduce()},
        }

    def reproduce(self) -> str:
        """Command (or call, for a series in memory) that repeats this run exactly."""
        updates = self.training.get("updates")
        if self.command:
            words = list(self.command)
            if updates is not None and not any(w.startswith("updates=") for w in words):
                words += ["--set", f"updates={updates}"]
            return shlex.join(words)
        if Path(self.source).exists():
            config = str(self.folder / CONFIG)
            return shlex.join(["dsr", "fit", self.source, "--config", config])
        return f"dsr.fit(series, model={self.model!r}, seed={self.seed}, updates={updates})"

    def identity(self) -> str:
        """Fingerprint of all that decides the weights."""
        import hashlib
        import json

        document = [self.fingerprint, self.model, self.seed, self.settings()]
        text = json.dumps(document, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def make_plan(
    series: Any,
    *,
    model: str,
    budget: str | float,
    seed: int,
    out: str | Path | None,
    resume: bool,
    settings: Mapping[str, Any],
) -> Plan:
    """Check everything a fit is given and decide what is open; writes nothing."""
    check_seed(seed)
    folder = None if out is None else Path(out)
    stored = _stored_config(folder, resume)
    if stored is not None:
        model, seed, settings = _merge(stored, model, seed, settings)
    settings = dict(settings)
    forcing, training, model_settings = sort_settings(model, settings)
    seconds = None if "updates" in training else parse_budget(budget)
    loaded, source = _open(series, settings.get("load"))
    from dsr.data.files import fingerprint
    from dsr.data.split import split_series

    digest = fingerprint(loaded)
    if stored is not None and digest != stored.get("data", {}).get("fingerprint"):
        raise InputError(
            f"the run in {folder} was fitted to other data than {source}; repeat the command it "
            "was started with, or choose another --out"
        )
    _enough(loaded)
    notes = [str(n) for n in loaded.attrs.get("notes", [])]
    embedded, embedding = _embed(loaded, settings.get("embed"), notes)
    share = check_share(settings.get("test", 0.2))
    train, test = split_series(embedded, test=share)
    model_settings = settle_sizes(model, model_settings, train.sizes["variable"])
    return Plan(
        folder=_default_folder(source, model, seed) if folder is None else folder,
        named=folder is not None,
        model=model,
        seed=int(seed),
        train=train,
        test=test,
        source=source,
        fingerprint=digest,
        embedding=embedding,
        share=share,
        model_settings=model_settings,
        forcing=forcing,
        training=training,
        budget=seconds,
        command=settings.get("command"),
        load=dict(settings.get("load") or {}),
        notes=notes,
        finished=folder is not None and stored is not None and (folder / SUMMARY).is_file(),
    )


def open_series(series: Any, options: Mapping[str, Any] | None) -> xr.DataArray:
    """Read a file, or check a series in memory."""
    if isinstance(series, str | Path):
        from dsr.data.doors import load

        return load(series, **(options or {}))
    if options:
        raise InputError("load options only apply to a file; this series is in memory already")
    from dsr.data import as_series

    return as_series(series)


def apply_embedding(series: xr.DataArray, embedding: str | None) -> xr.DataArray:
    """Delay coordinates ``"M,TAU"`` of a series of one variable, or the series itself."""
    if not embedding:
        return series
    from dsr.data.embedding import delay_embed

    dimension, delay = parse_embedding(embedding)
    return delay_embed(series, dimension, delay)


def _embed(series: xr.DataArray, wish: Any, notes: list[str]) -> tuple[xr.DataArray, str | None]:
    if wish in (None, "auto") and series.sizes.get("variable") != 1:
        if wish == "auto":
            notes.append("the series has several variables, so no delay coordinates were built")
        return series, None
    if wish in ("none", False):
        return series, None
    if wish in (None, "auto"):
        from dsr.data.embedding import choose_embedding

        dimension, delay, reason = choose_embedding(series)
        notes.append(
            f"one variable: it is fitted in {dimension} delay coordinates {delay} samples apart "
            f"({reason}); choose others with embed=M,TAU"
        )
        wish = f"{dimension},{delay}"
    elif series.sizes.get("variable") != 1:
        raise InputError(
            f"delay coordinates need a series of one variable, and this one has "
            f"{series.sizes.get('variable')}; select one with variables="
        )
    dimension, delay = parse_embedding(wish)
    text = f"{dimension},{delay}"
    return apply_embedding(series, text), text


def _open(series: Any, options: Any) -> tuple[xr.DataArray, str]:
    loaded = open_series(series, options)
    if "variable" not in loaded.dims:
        raise InputError(
            f"this is a field with dims {tuple(loaded.dims)}; the models of this version take "
            "series (time, variable), so select points or modes of it first"
        )
    path = str(series) if isinstance(series, str | Path) else ""
    return loaded, path or str(loaded.attrs.get("source") or "series")


def _samples(series: xr.DataArray) -> int:
    from dsr.data.series import lengths

    return int(lengths(series).sum())


def _enough(series: xr.DataArray) -> None:
    total = _samples(series)
    if total < LEAST_SAMPLES:
        raise InputError(
            f"the series has {total} samples and a fit needs at least {LEAST_SAMPLES}; "
            "record more, or sample more densely"
        )


def _stored_config(folder: Path | None, resume: bool) -> dict[str, Any] | None:
    """Settings of the run that is to be resumed, None for a new one; refuses to overwrite."""
    if resume and folder is None:
        raise InputError("resume needs the run folder; name it with --out")
    if folder is None or not folder.exists():
        return None
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; choose another --out")
    if (folder / CONFIG).is_file():
        if resume:
            return read_toml(folder / CONFIG)
        raise InputError(
            f"{folder} already holds a run; pass --resume to go on with it, or another --out"
        )
    if any(folder.iterdir()):
        raise InputError(f"{folder} exists and is not a run folder; choose another --out")
    return None


def _merge(
    stored: dict[str, Any], model: str, seed: int, settings: Mapping[str, Any]
) -> tuple[str, int, dict[str, Any]]:
    """Settings of a stored run; what is asked for now must not contradict them."""
    merged = dict(stored.get("settings", {}))
    asked = {**settings, **({"seed": seed} if seed else {})}
    for name, value in asked.items():
        old = stored.get("seed") if name == "seed" else merged.get(name)
        if name in ("command", "load", "inputs", "epochs") or value is None or old is None:
            continue
        if not _same_wish(name, value, old):
            raise InputError(
                f"the run was started with {name}={old} and not {value}; resume it with the same "
                "settings, or choose another --out"
            )
    for name in ("command", "load"):
        if settings.get(name) is not None:
            merged[name] = settings[name]
    return str(stored.get("model", model)), int(stored.get("seed", seed)), merged


def _same_wish(name: str, value: Any, stored: Any) -> bool:
    """Whether what is asked for is what a stored run settled on, which may be spelt otherwise."""
    if name == "embed":
        # "auto" was decided when the run began; a wish in words or numbers is put in one form.
        if value == "auto":
            return True
        value = "none" if value in ("none", False) else "{},{}".format(*parse_embedding(value))
    if name == "updates" and isinstance(value, int):
        from dsr.training.settings import EPOCH

        value = -(-value // EPOCH) * EPOCH
    return bool(value == stored or str(value) == str(stored))


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
