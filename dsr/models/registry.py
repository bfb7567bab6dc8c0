"""Names of models, and how a saved one is found again."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from typing import Any

from dsr.errors import InputError
from dsr.models.storage import read_document

_MODELS = {
    "gaussian": ("dsr.models.baselines", "GaussianCloud"),
    "persistence": ("dsr.models.baselines", "Persistence"),
    "shallow-plrnn": ("dsr.models.shallow_plrnn", "ShallowPLRNN"),
    "sindy": ("dsr.models.sindy", "SINDy"),
}


def names() -> list[str]:
    """Names of all models.

    Examples
    --------
    >>> import dsr
    >>> dsr.models.names()
    ['gaussian', 'persistence', 'shallow-plrnn', 'sindy']
    """
    return sorted(_MODELS)


def model_class(name: str) -> Any:
    """Class of a registered model; an unknown name gets the nearest one offered."""
    if name not in _MODELS:
        near = difflib.get_close_matches(str(name), _MODELS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known models: {', '.join(names())}"
        raise InputError(f"unknown model {name!r}; {hint}")
    module, attribute = _MODELS[name]
    return getattr(import_module(module), attribute)


def create(name: str, **settings: Any) -> Any:
    """Make an untrained model by its registry name.

    Examples
    --------
    >>> import dsr
    >>> dsr.models.create("shallow-plrnn", latent_dim=3, hidden_dim=50)
    ShallowPLRNN(latent_dim=3, hidden_dim=50)
    """
    return model_class(name)(**settings)


def load(folder: str | Path) -> Any:
    """Read a saved model, whichever it is.

    Parameters
    ----------
    folder : path
        Folder with ``model.json`` and ``model.safetensors``; a run folder works too.

    Raises
    ------
    InputError
        If there is no model, or its files are damaged or do not fit together.
    """
    folder = Path(folder)
    if not (folder / "model.json").is_file() and (folder / "model").is_dir():
        folder = folder / "model"
    document = read_document(folder / "model.json")
    return model_class(str(document.get("model"))).load(folder)
