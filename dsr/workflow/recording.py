"""What a fit learns from and is judged on: a recording, read, embedded, driven and split."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsr.errors import InputError
from dsr.workflow.inputs import aligned, open_series
from dsr.workflow.settings import Settings, parse_embedding

if TYPE_CHECKING:
    import xarray as xr

LEAST_SAMPLES = {"series": 300, "field": 100}
"""Fewest samples of a series, frames of a field, that a fit takes."""


@dataclass
class Recording:
    """Training and test part of a series or a field.

    Attributes
    ----------
    train, test : DataArray
    train_inputs, test_inputs : DataArray or None
        External inputs on the same time axes.
    source, inputs_source : str
        Where series and inputs came from.
    fingerprint, inputs_fingerprint : str
        Digests of both, as they were read.
    embedding : str or None
        Delay coordinates ``"M,TAU"``.
    notes : list of str
        Sentences for the user.
    """

    train: xr.DataArray
    test: xr.DataArray
    train_inputs: xr.DataArray | None
    test_inputs: xr.DataArray | None
    source: str
    fingerprint: str
    inputs_source: str = ""
    inputs_fingerprint: str = ""
    embedding: str | None = None
    notes: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """Table ``[data]`` of ``config.toml``."""
        train, driven = self.train, self.test_inputs
        return {
            "source": self.source,
            "fingerprint": self.fingerprint,
            "embedding": self.embedding,
            "kind": kind_of(train),
            "variables": [str(v) for v in train[train.dims[2]].values],
            "dt": float(train.attrs["dt"]),
            "time_unit": str(train.attrs["time_unit"]),
            "train_samples": samples(train),
            "test_samples": samples(self.test),
            "inputs": self.inputs_source or None,
            "inputs_fingerprint": self.inputs_fingerprint or None,
            "input_variables": None
            if driven is None
            else [str(v) for v in driven["variable"].values],
            "notes": list(self.notes),
        }


def kind_of(series: xr.DataArray) -> str:
    """Whether this is a series or a field, in the words of a model's ``accepts``."""
    return "series" if "variable" in series.dims else "field"


def samples(series: xr.DataArray) -> int:
    """Number of samples or frames over all trajectories."""
    from dsr.data.series import lengths

    return int(lengths(series).sum())


def record(series: Any, settings: Settings, inputs: Any = None) -> Recording:
    """Read a series with its inputs, check that a model can be fitted to it, and split it."""
    from dsr.data.files import fingerprint
    from dsr.data.split import split_series
    from dsr.models.registry import model_class

    raw = open_series(series, settings.load)
    kind, total = kind_of(raw), samples(raw)
    if kind not in model_class(settings.name).accepts:
        raise InputError(
            f"{settings.name} cannot be fitted to a {kind} with dims {tuple(raw.dims)}; models "
            f"that take one: {', '.join(models_for(kind)) or 'none yet'}"
        )
    if total < LEAST_SAMPLES[kind]:
        what = "samples" if kind == "series" else "frames"
        raise InputError(
            f"the {kind} has {total} {what} and a fit needs at least {LEAST_SAMPLES[kind]}; "
            "record more, or sample more densely"
        )
    notes = [str(n) for n in raw.attrs.get("notes", [])]
    drive = _drive(inputs, raw, settings)
    embedding = _embedding(raw, settings, notes)
    whole = embed(raw, embedding)
    train, test = split_series(whole, test=settings.data.test)
    drives: list[Any] = [None, None]
    if drive is not None:
        drives = list(split_series(aligned(drive, whole), test=settings.data.test))
    return Recording(
        train,
        test,
        drives[0],
        drives[1],
        source=_source(series, raw),
        fingerprint=fingerprint(raw),
        inputs_source="" if drive is None else _source(inputs, drive, "inputs"),
        inputs_fingerprint="" if drive is None else fingerprint(drive),
        embedding=embedding,
        notes=notes,
    )


def embed(series: xr.DataArray, embedding: str | None) -> xr.DataArray:
    """Delay coordinates ``"M,TAU"`` of a series of one variable, or the series itself."""
    if embedding in (None, "none"):
        return series
    from dsr.data.embedding import delay_embed

    return delay_embed(series, *parse_embedding(embedding))


def in_terms_of(
    model: Any, series: xr.DataArray, given: Any, embedding: str | None = None
) -> xr.DataArray:
    """A series in the variables of a model: embedded, in their order, of the same units and step.

    Parameters
    ----------
    model : Forecaster
    series : DataArray
    given : object
        What the series was made of: a bare array has no names, units and step, so that those of
        the model are taken.
    embedding : str or None
        Delay coordinates ``"M,TAU"`` of the model.

    Raises
    ------
    InputError
        If names, units or step differ.
    """
    from dsr.data import as_series
    from dsr.data.agreement import agreeing

    if model.dt is None:
        return series  # built from matrices: it knows no data
    embedding = None if embedding == "none" else embedding
    wanted = model.variables[:1] if embedding else model.variables
    if isinstance(given, np.ndarray | list | tuple):
        series = as_series(given, dt=model.dt, time_unit=model.time_unit)
        if series.sizes[series.dims[2]] == len(wanted):
            series = series.assign_coords({series.dims[2]: wanted})
    series = agreeing(
        series, variables=wanted, units=model.variable_units[: len(wanted)], dt=model.dt,
        time_unit=model.time_unit,
    )  # fmt: skip
    return embed(series, embedding)


def models_for(kind: str) -> list[str]:
    """Names of the models that take a series, or a field."""
    from dsr.models.registry import model_class, names

    found = []
    for name in names():
        try:
            if kind in model_class(name).accepts:
                found.append(name)
        except InputError:
            continue  # a model of another distribution that cannot be loaded
    return found


def _drive(inputs: Any, raw: xr.DataArray, settings: Settings) -> xr.DataArray | None:
    from dsr.models.registry import model_class
    from dsr.models.starts import refuse_inputs_of

    if inputs is None:
        return None
    refuse_inputs_of(model_class(settings.name))
    return aligned(inputs, raw, settings.load)


def _embedding(series: xr.DataArray, settings: Settings, notes: list[str]) -> str | None:
    """Which delay coordinates to build; what was decided is added to the notes."""
    wish, several = settings.data.embed, series.sizes.get("variable") != 1
    if wish == "none":
        return None
    if wish != "auto":
        if several:
            raise InputError(
                "delay coordinates need a series of one variable, and this is "
                f"{_described(series)}; select one with variables="
            )
        return wish
    if several:
        if "embed" in settings.given:
            notes.append(f"this is {_described(series)}, so no delay coordinates were built")
        return None
    from dsr.metrics import choose_embedding

    chosen = choose_embedding(series)
    notes.append(
        f"one variable: it is fitted in {chosen.dimension} delay coordinates {chosen.delay} "
        f"samples apart ({chosen.reason}); choose others with embed=M,TAU"
    )
    return f"{chosen.dimension},{chosen.delay}"


def _described(series: xr.DataArray) -> str:
    count = series.sizes.get("variable")
    return "a field" if count is None else f"one of {count} variables"


def _source(series: Any, loaded: xr.DataArray, name: str = "series") -> str:
    path = str(series) if isinstance(series, str | Path) else ""
    return path or str(loaded.attrs.get("source") or name)
