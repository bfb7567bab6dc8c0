"""Options of a fit: how texts and flat settings become checked values."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError

if TYPE_CHECKING:
    from dsr.training.forcing import GeneralizedTeacherForcing

_FORCING_KEYS = {"alpha": "alpha", "estimator": "estimator", "alpha_start": "start",
                 "alpha_decay": "decay", "alpha_every": "every"}  # fmt: skip
_DATA_KEYS = ("embed", "test", "load", "inputs", "command")
_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0,
          "h": 3600.0, "hour": 3600.0}  # fmt: skip


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


def parse_embedding(wish: Any) -> tuple[int, int]:
    """Dimension and delay of a wish such as ``"3,12"``."""
    parts = wish.split(",") if isinstance(wish, str) else wish
    try:
        dimension, delay = (int(part) for part in parts)
    except (TypeError, ValueError):
        dimension = delay = 0
    if dimension < 1 or delay < 1:
        raise InputError(
            f"embed={wish!r} is not understood; give 'auto', 'none' or two whole numbers M,TAU"
        )
    return dimension, delay


def sort_settings(
    model: str, settings: dict[str, Any]
) -> tuple[GeneralizedTeacherForcing, dict[str, Any], dict[str, Any]]:
    """Sort flat settings into forcing, training and model; refuse unknown names."""
    from dsr.models.registry import model_class
    from dsr.training.forcing import GeneralizedTeacherForcing
    from dsr.training.settings import EPOCH, TrainingSettings

    settings = {k: v for k, v in settings.items() if v is not None}
    if "epochs" in settings:
        epochs = settings.pop("epochs")
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
            raise InputError(f"epochs must be a whole number of at least 1, not {epochs!r}")
        settings.setdefault("updates", epochs * EPOCH)
    training_keys = [f.name for f in fields(TrainingSettings)]
    model_keys = model_class(model).setting_names()
    known = [*model_keys, *_FORCING_KEYS, *training_keys, *_DATA_KEYS, "epochs"]
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
            raise InputError(f"unknown setting {name!r}; {hint}")
    forcing_values = {_FORCING_KEYS[k]: v for k, v in settings.items() if k in _FORCING_KEYS}
    if forcing_values.get("alpha") == "adaptive":
        forcing_values["alpha"] = None
    forcing = GeneralizedTeacherForcing(**forcing_values)
    training = {k: v for k, v in settings.items() if k in training_keys}
    checked = TrainingSettings.from_flat(training)
    if "updates" in training:
        training["updates"] = checked.epochs * EPOCH
    return forcing, training, {k: v for k, v in settings.items() if k in model_keys}


def settle_sizes(model: str, settings: dict[str, Any], observed: int) -> dict[str, Any]:
    """Fill in the sizes nobody asked for, from the number of observed variables."""
    from dsr.models.registry import create, model_class

    settled = {**model_class(model).suggest(observed), **settings}
    create(model, **settled)
    latent = settled.get("latent_dim", observed)
    if latent < observed:
        raise InputError(
            f"the series has {observed} variables but latent_dim is {latent}; use --latent "
            f"{observed} or more, or fewer variables"
        )
    return settled


def check_share(share: Any) -> float:
    """Share of each trajectory that is set aside as test part."""
    good = isinstance(share, int | float) and not isinstance(share, bool) and 0.0 < share <= 0.5
    if not good:
        raise InputError(f"test={share!r} must be a share between 0 and 0.5 of each trajectory")
    return float(share)


def check_seed(seed: Any) -> None:
    """Refuse what is no whole number of at least 0."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a whole number of at least 0, not {seed!r}")
