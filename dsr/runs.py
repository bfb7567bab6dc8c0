"""A run folder on disk: what it holds, how it is opened, locked and written."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

CONFIG, SUMMARY, RESULTS, LOG, REPORT = (
    "config.toml", "metrics.json", "results.nc", "log.txt", "report.html"
)  # fmt: skip
_LOCK = "lock"
_FORCING_OF_SCHEMA_1 = ("alpha", "estimator", "alpha_start", "alpha_decay", "alpha_every")
_LARGEST_TEXT = 1_000_000


class Run:
    """A fitted model with everything that was found out about it.

    Parameters
    ----------
    folder : path
        What ``dsr fit`` wrote; `open_run` checks that it is one.

    Attributes
    ----------
    folder : pathlib.Path
    config : dict
        ``config.toml``: model, settings, data, budget, versions, how to reproduce.
    model
        The fitted model.
    metrics : xarray.Dataset
        What `dsr.metrics.evaluate` said on the test part.
    verdict : str
        The same in words.
    results : xarray.DataTree
        ``observed`` (the test part), ``generated`` (the free run it was judged by), ``forecast``
        (from the first test samples), ``training`` (its end), ``metrics``, ``baselines`` (scores
        of simpler models over "baseline"), ``inputs`` and ``training_inputs`` (of a driven
        model, beside ``observed`` and ``training``), and what the model itself found out:
        ``history`` and other `diagnostics`.
    summary : dict
        ``metrics.json``, the object that ``dsr fit --json`` prints.

    Examples
    --------
    >>> import dsr, tempfile
    >>> series = dsr.simulate("henon", steps=2000, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = dsr.fit(series, model="sindy", out=f"{folder}/run", progress=False)
    ...     run.config["data"]["test_samples"], "forecast" in run.results.children
    (400, True)
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def __repr__(self) -> str:
        state = self.summary.get("verdict") if self.finished else "not finished"
        return f"<dsr.Run {str(self.folder)!r}: {self.config.get('model')}, {state}>"

    @property
    def finished(self) -> bool:
        """Whether training and evaluation are complete."""
        return (self.folder / SUMMARY).is_file()

    @property
    def report(self) -> Path:
        """Path of the report page."""
        return self.folder / REPORT

    @cached_property
    def config(self) -> dict[str, Any]:
        """Settings of the run."""
        return read_toml(self.folder / CONFIG)

    @cached_property
    def model(self) -> Any:
        """The fitted model; its ``history`` is that of the run."""
        from dsr.models.registry import load

        model = load(self.folder / "model")
        if (self.folder / RESULTS).is_file() and "history" in self.results.children:
            model.history = self.results["history"].to_dataset()
        return model

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Machine-readable result."""
        path = self.folder / SUMMARY
        try:
            document = json.loads(_read_text(path))
        except (ValueError, RecursionError):
            raise InputError(f"{path} is damaged; evaluate the run again") from None
        if not isinstance(document, dict):
            raise InputError(f"{path} is damaged; evaluate the run again")
        return document

    @cached_property
    def results(self) -> xr.DataTree:
        """Series, history and metrics."""
        from dsr.data.files import read_tree

        return read_tree(self.folder / RESULTS)

    @property
    def metrics(self) -> xr.Dataset:
        """Scores on the test part."""
        dataset: xr.Dataset = self.results["metrics"].to_dataset()
        return dataset

    @property
    def verdict(self) -> str:
        """What the scores on the test part say, in words."""
        return str(self.metrics.attrs["verdict"])


def open_run(folder: str | Path) -> Run:
    """Open a run folder.

    Parameters
    ----------
    folder : path
        What ``dsr fit`` wrote.

    Returns
    -------
    Run
        Its parts are read on first use.

    Raises
    ------
    InputError
        If the folder is not a run.

    Examples
    --------
    >>> import dsr, tempfile
    >>> series = dsr.simulate("henon", steps=2000, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = dsr.fit(series, model="persistence", out=f"{folder}/run", progress=False)
    ...     open_run(f"{folder}/run").verdict
    'degenerate: frozen'
    """
    path = Path(folder)
    if not path.is_dir():
        raise InputError(f"there is no run folder {str(folder)!r}")
    if not (path / CONFIG).is_file():
        raise InputError(f"{str(folder)!r} is not a run folder: it holds no {CONFIG}")
    run = Run(path)
    _ = run.config
    return run


def require_finished(run: Run) -> Run:
    """Refuse a run whose training was interrupted."""
    if not run.finished:
        raise InputError(
            f"the run {str(run.folder)!r} is not finished; go on with dsr fit FILE "
            f"--out {run.folder} --resume"
        )
    return run


def flat_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a run by the names that ``--set`` and `dsr.fit` take.

    Parameters
    ----------
    config : mapping
        ``config.toml`` of a run, of any schema.

    Returns
    -------
    dict
        ``load`` holds the options of `dsr.load`.

    Examples
    --------
    >>> tables = {"model": {"degree": 2}, "data": {"test": 0.2}}
    >>> flat_settings({"schema": 2, "settings": tables})
    {'degree': 2, 'test': 0.2, 'load': {}}
    """
    schema, stored = config.get("schema", 1), config.get("settings", {})
    if schema not in (1, 2):
        raise InputError(
            f"these settings were written by another version of dsr (schema {schema!r}); use that "
            "version, or fit again"
        )
    tables = dict(stored)
    load = dict(tables.pop("load", {}))
    if schema == 1:
        # Every model had the settings of a forcing then, also one that is not trained.
        idle = () if "updates" in tables else _FORCING_OF_SCHEMA_1
        return {**{k: v for k, v in tables.items() if k not in idle}, "load": load}
    flat: dict[str, Any] = {}
    for owner, table in tables.items():
        flat |= {owner if name == "kind" else name: value for name, value in table.items()}
    return {**flat, "load": load}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder; the operating system takes it from a process that dies."""
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"another process is writing the run {str(folder)!r}; wait for it, or choose another "
            "--out"
        ) from None
    try:
        yield
    finally:
        # Removed while it is held: who waits for it notices, and takes a new one.
        with suppress(OSError):
            path.unlink(missing_ok=True)
        lock.release()


def append_log(folder: Path, text: str) -> None:
    """Add one line with its time to the log of a run."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with open(folder / LOG, "a", encoding="utf-8") as file:
        file.write(f"{stamp} {' '.join(text.split())}\n")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a small TOML file."""
    try:
        return tomllib.loads(_read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        detail = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "nested too deeply"
        raise InputError(f"{path} is not a readable TOML file: {detail}") from None


def write_toml(path: Path, document: Mapping[str, Any]) -> None:
    """Write plain values and tables of them, atomically; None is left out."""
    import tomli_w

    from dsr.data.files import atomic_write

    atomic_write(path, tomli_w.dumps(_without_none(document)).encode("utf-8", "replace"))


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write strict JSON, atomically."""
    from dsr.data.files import atomic_write

    atomic_write(path, (json.dumps(document, indent=2, allow_nan=False) + "\n").encode())


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_none(value) if isinstance(value, Mapping) else value
        for key, value in table.items()
        if value is not None
    }


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise InputError(f"{path} is larger than any file dsr writes of this kind")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path} cannot be read") from None
