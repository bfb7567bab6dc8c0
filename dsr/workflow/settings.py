"""Settings of a fit and their owners: model, trainer, forcing, data and loader."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from dsr.checks import share, whole
from dsr.errors import InputError
from dsr.text import suggestion

_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0,
          "h": 3600.0, "hour": 3600.0}  # fmt: skip
TRAINER, FORCING = "gradient", "generalized"


def parse_budget(budget: str | float) -> float:
    """Seconds of a budget.

    Examples
    --------
    >>> parse_budget("2 min"), parse_budget(90), parse_budget("1.5h")
    (120.0, 90.0, 5400.0)
    """
    if isinstance(budget, int | float) and not isinstance(budget, bool):
        seconds = float(budget)
    else:
        found = re.fullmatch(r"\s*([0-9.eE+-]+)\s*([A-Za-z]*)\s*", str(budget))
        unit = found.group(2).lower() if found else ""
        name = unit if unit in _UNITS else unit.rstrip("s")
        try:
            seconds = float(found.group(1)) * (_UNITS[name] if unit else 1.0) if found else math.nan
        except (ValueError, KeyError):
            seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0.0):
        raise InputError(
            f"the budget {budget!r} is not a positive time; give seconds or a text such as '2 min'"
        )
    return seconds


def parse_embedding(embedding: Any) -> tuple[int, int]:
    """Dimension and delay of an embedding such as ``"3,12"``."""
    parts = embedding.split(",") if isinstance(embedding, str) else embedding
    try:
        dimension, delay = (int(part) for part in parts)
    except (TypeError, ValueError):
        dimension = delay = 0
    if dimension < 1 or delay < 1:
        raise InputError(
            f"embed={embedding!r} is not understood; give 'auto', 'none' or two whole numbers M,TAU"
        )
    return dimension, delay


@dataclass(frozen=True)
class DataSettings:
    """How a series becomes training and test data.

    Parameters
    ----------
    embed : str
        Delay coordinates of one variable: ``"auto"``, ``"none"`` or ``"M,TAU"``.
    test : float
        Share of each trajectory, at its end, that is set aside.
    """

    embed: str = "auto"
    test: float = 0.2

    def __post_init__(self) -> None:
        embed: Any = self.embed
        if embed is False:
            embed = "none"
        elif embed not in ("auto", "none"):
            embed = "{},{}".format(*parse_embedding(embed))
        object.__setattr__(self, "embed", embed)
        object.__setattr__(self, "test", share("test", self.test, most=0.5, zero=False))


@dataclass(frozen=True)
class Settings:
    """Settings of one fit, each with its owner.

    Attributes
    ----------
    name : str
        Registry name of the model.
    model : dict
        Its sizes.
    trainer, forcing : object or None
        Of `dsr.training.TRAINERS` and `dsr.training.FORCINGS`; None for a model that is not
        trained.
    data : DataSettings
    load : dict
        Options of `dsr.load`.
    given : dict
        What was asked for, by its flat names.
    """

    name: str
    model: dict[str, Any]
    trainer: Any
    forcing: Any
    data: DataSettings
    load: dict[str, Any]
    given: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, given: Mapping[str, Any]) -> Self:
        """Find the owner of every flat setting.

        Raises
        ------
        InputError
            For names that nobody owns, names of an owner that this model has not, settings that
            exclude each other, and values that an owner refuses.

        Examples
        --------
        >>> Settings.of("persistence", {"test": 0.3}).tables()
        {'model': {}, 'data': {'embed': 'auto', 'test': 0.3}, 'load': {}}
        """
        from dsr.models.registry import model_class

        given = spelled_out(given)
        own = model_class(name)
        data = [entry.name for entry in fields(DataSettings)]
        trainer, forcing, known = _training(name, own.trained, given)
        known = [*own.setting_names(), *known, *data, "load"]
        for setting in given:
            if setting not in known:
                raise InputError(f"unknown setting {setting!r}; {suggestion(setting, known)}")
        return cls(
            name,
            {k: v for k, v in given.items() if k in own.setting_names()},
            trainer,
            forcing,
            DataSettings(**{k: v for k, v in given.items() if k in data}),
            {k: v for k, v in (given.get("load") or {}).items() if v not in (None, False)},
            {k: v for k, v in given.items() if k != "load" or v},
        )

    def sized(self, observed: int) -> Settings:
        """Fill in the sizes that nobody asked for, from the number of observed variables."""
        from dsr.models import ReconstructionModel
        from dsr.models.registry import create, model_class

        sizes = {**model_class(self.name).suggest(observed), **self.model}
        model = create(self.name, **sizes)
        if isinstance(model, ReconstructionModel):
            model.refuse_observed(observed)
        return replace(self, model=sizes)

    def trained_with(self, **settled: Any) -> Settings:
        """Settle what a budget of time buys."""
        trainer = self.trainer.from_flat({**self.trainer.to_flat(), **settled})
        return replace(self, trainer=trainer, given={**self.given, **settled})

    def embedded(self, embedding: str | None) -> Settings:
        """Settle the delay coordinates."""
        return replace(self, data=replace(self.data, embed=embedding or "none"))

    def tables(self) -> dict[str, dict[str, Any]]:
        """Plain values of each owner: ``[settings]`` of ``config.toml``."""
        from dsr.training.forcing import FORCINGS
        from dsr.training.gradient import TRAINERS

        tables: dict[str, dict[str, Any]] = {
            "model": {k: v for k, v in self.model.items() if v is not None}
        }
        for owner, kinds in (("trainer", TRAINERS), ("forcing", FORCINGS)):
            chosen = getattr(self, owner)
            if chosen is not None:
                kind = next(kind for kind, known in kinds.items() if known is type(chosen))
                flat = {k: v for k, v in chosen.to_flat().items() if v is not None}
                tables[owner] = {"kind": kind, **flat}
        return {**tables, "data": asdict(self.data), "load": self.load}


def spelled_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """Flat settings as plain values, without those that are None, whole epochs in updates."""
    from dsr.training.settings import EPOCH

    settings = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in given.items()
        if value is not None
    }
    if "epochs" in settings:
        if "updates" in settings:
            raise InputError("epochs and updates both fix the length of training; keep one")
        settings["updates"] = whole("epochs", settings.pop("epochs")) * EPOCH
    updates = settings.get("updates")
    if isinstance(updates, int) and not isinstance(updates, bool):
        settings["updates"] = -(-updates // EPOCH) * EPOCH
    return settings


def _training(name: str, trained: bool, given: Mapping[str, Any]) -> tuple[Any, Any, list[str]]:
    """Trainer and forcing of a model that has them, and the settings that are theirs."""
    from dsr.training.forcing import FORCINGS
    from dsr.training.gradient import TRAINERS

    owned = {
        "trainer": {kind: list(owner.flat_names()) for kind, owner in TRAINERS.items()},
        "forcing": {kind: list(owner.flat_names()) for kind, owner in FORCINGS.items()},
    }
    every = [n for kinds in owned.values() for names in kinds.values() for n in names]
    if not trained:
        for setting in given:
            if setting in (*owned, *every):
                raise InputError(
                    f"{setting} is a setting of training, and {name} is not trained: it has "
                    "neither trainer nor forcing; leave it out"
                )
        return None, None, []
    wish = _known("trainer", given.get("trainer", "auto"), ["auto", *TRAINERS])
    trainer = TRAINER if wish == "auto" else wish
    forcing = _forcing_kind(given, owned["forcing"])
    made = []
    for kinds, kind in ((TRAINERS, trainer), (FORCINGS, forcing)):
        names = kinds[kind].flat_names()
        made.append(kinds[kind].from_flat({k: v for k, v in given.items() if k in names}))
    return made[0], made[1], [*owned, *every, "epochs"]


def _forcing_kind(given: Mapping[str, Any], owned: Mapping[str, list[str]]) -> str:
    """The forcing that is named, or that a setting belongs to."""
    implied = {kind: [n for n in names if n in given] for kind, names in owned.items()}
    implied = {kind: names for kind, names in implied.items() if names}
    wish = given.get("forcing")
    if wish is not None:
        wish = _known("forcing", wish, owned)
        implied.setdefault(wish, [f"forcing={wish}"])
    if len(implied) > 1:
        said = " and ".join(f"{names[0]} ({kind} forcing)" for kind, names in implied.items())
        raise InputError(f"{said} exclude each other; keep one")
    return next(iter(implied), FORCING)


def _known(what: str, kind: Any, kinds: Collection[str]) -> str:
    if kind not in kinds:
        raise InputError(f"unknown {what} {kind!r}; {suggestion(kind, kinds)}")
    return str(kind)
