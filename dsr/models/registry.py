"""Names of models, and how a saved one is found again."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.checks import known_options
from dsr.errors import InputError
from dsr.models.base import ReconstructionModel
from dsr.models.storage import read_document
from dsr.text import suggestion

if TYPE_CHECKING:
    from dsr.models.baselines import Persistence
    from dsr.models.dmd import DMD
    from dsr.models.sindy import SINDy
    from dsr.protocols import Forecaster, StateSpace

    def _kept(model: ReconstructionModel) -> Forecaster:
        return model

    def _kept_by_maps(model: Persistence | DMD | SINDy) -> StateSpace:
        return model


GROUP = "dsr.models"
"""Entry points in this group are models of other distributions."""

_MODELS = {
    "climatology": ("dsr.models.climatology", "Climatology"),
    "dmd": ("dsr.models.dmd", "DMD"),
    "gaussian": ("dsr.models.baselines", "GaussianCloud"),
    "persistence": ("dsr.models.baselines", "Persistence"),
    "shallow-plrnn": ("dsr.models.shallow_plrnn", "ShallowPLRNN"),
    "sindy": ("dsr.models.sindy", "SINDy"),
}


@cache
def _foreign() -> dict[str, Any]:
    """Entry points of other distributions by name; a name of our own stays ours."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in _MODELS}


def names() -> list[str]:
    """Names of all models, those of other distributions included.

    Returns
    -------
    list of str

    Examples
    --------
    >>> import dsr
    >>> {"dmd", "persistence", "shallow-plrnn", "sindy"} <= set(dsr.models.names())
    True
    """
    return sorted([*_MODELS, *_foreign()])


def model_class(name: str) -> Any:
    """Class of a registered model; an unknown name gets the nearest one offered."""
    if name in _MODELS:
        module, attribute = _MODELS[name]
        return getattr(import_module(module), attribute)
    point = _foreign().get(name)
    if point is None:
        raise InputError(f"unknown model {name!r}; {suggestion(name, names())}")
    try:
        return point.load()
    except Exception as error:
        raise InputError(
            f"the model {name!r} of {point.value} cannot be loaded: {type(error).__name__}: {error}"
        ) from None


def create(name: str, **settings: Any) -> Any:
    """Make an untrained model by its registry name.

    Parameters
    ----------
    name : str
        One of `names`.
    **settings
        Arguments of the model's class.

    Returns
    -------
    Forecaster

    Raises
    ------
    InputError
        If nobody knows the name, or the model a setting.

    Examples
    --------
    >>> import dsr
    >>> dsr.models.create("shallow-plrnn", latent_dim=3, hidden_dim=50)
    ShallowPLRNN(latent_dim=3, hidden_dim=50)
    """
    made = model_class(name)
    if isinstance(made, type) and issubclass(made, ReconstructionModel):
        known_options(name, settings, made.setting_names())
    return made(**settings)


def load(folder: str | Path) -> Any:
    """Read a saved model, whichever it is.

    Parameters
    ----------
    folder : path
        Folder with ``model.json`` and ``model.safetensors``; a run folder works too.

    Returns
    -------
    Forecaster

    Raises
    ------
    InputError
        If there is no model, or its files are damaged or do not fit together.

    Examples
    --------
    >>> import dsr, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     dsr.models.create("persistence").fit([[0.1 * k] for k in range(50)]).save(folder)
    ...     dsr.models.load(folder).name
    'persistence'
    """
    folder = Path(folder)
    if not (folder / "model.json").is_file() and (folder / "model").is_dir():
        folder = folder / "model"
    document = read_document(folder / "model.json")
    return model_class(str(document.get("model"))).load(folder)
