"""Going on with a run: what was asked for then, and what is asked for now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsr.errors import InputError
from dsr.runs import CONFIG, flat_settings, read_toml
from dsr.workflow.settings import Settings, spelled_out

DEFAULT_MODEL = "shallow-plrnn"


def stored_config(folder: Path | None, resume: bool) -> dict[str, Any] | None:
    """Configuration of the run to be resumed, None for a new one; refuses to overwrite."""
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


def continued(
    stored: Mapping[str, Any], model: str, seed: int, inputs: Any, settings: Mapping[str, Any]
) -> tuple[str, int, Any, dict[str, Any]]:
    """Model, seed, inputs and settings of a stored run; what is asked for now must agree.

    Values are compared as their owners understand them, since a wish may be spelt otherwise than
    what a run settled on; what nobody asks for stays as it is.
    """
    name, own_seed = str(stored.get("model", model)), int(stored.get("seed", seed))
    if model not in (DEFAULT_MODEL, name):
        raise _contradiction("model", name, model)
    if seed not in (0, own_seed):
        raise _contradiction("seed", own_seed, seed)
    before = flat_settings(stored)
    asked = spelled_out(settings)
    if asked.get("embed") == "auto":
        del asked["embed"]  # decided when the run began
    merged = {**before, **asked}
    old, new = (_flat(name, flat) for flat in (before, merged))
    for setting, value in old.items():
        if new.get(setting) != value:
            raise _contradiction(setting, value, new.get(setting))
    if inputs is None:
        inputs = stored.get("data", {}).get("inputs")
        if inputs is not None and not Path(str(inputs)).exists():
            raise InputError("the run is driven by external inputs; pass the same inputs again")
    return name, own_seed, inputs, merged


def _flat(name: str, flat: Mapping[str, Any]) -> dict[str, Any]:
    settings = flat_settings({"schema": 2, "settings": Settings.of(name, flat).tables()})
    del settings["load"]  # how the same data are read again; their digest is compared
    return settings


def _contradiction(setting: str, old: Any, new: Any) -> InputError:
    return InputError(
        f"the run was started with {setting}={old} and not {new}; resume it with the same "
        "settings, or choose another --out"
    )
