"""A run folder on disk: what it holds, how it is opened, locked and written."""

from __future__ import annotations

import json
import math
import os
import socket
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
_LARGEST_TEXT = 1_000_000


class Run:
    """A fitted model with everything that was found out about it.

    Attributes
    ----------
    folder : pathlib.Path
    config : dict
        ``config.toml``: model, settings, data, budget, versions, how to reproduce.
    model
        The fitted model.
    metrics : xarray.Dataset
        What `dsr.metrics.evaluate` said on the test part; ``attrs["verdict"]`` in words.
    results : xarray.DataTree
        ``observed`` (the test part), ``generated`` (the free run it was compared with),
        ``forecast`` (from the first test sample), ``training``, ``history``, ``metrics``, and
        ``baselines``: the scores of SINDy, persistence and a Gaussian cloud over "baseline".
    summary : dict
        ``metrics.json``, the object that ``dsr fit --json`` prints.
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


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder; the lock of a dead process on this machine is stale."""
    path = folder / _LOCK
    mine = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "start": time.time()})
    for attempt in range(2):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            if attempt == 0 and _stale(path):
                path.unlink(missing_ok=True)
                continue
            raise InputError(
                f"another process is writing the run {str(folder)!r}; wait for it, or remove "
                f"{path} if it is gone"
            ) from None
        break
    try:
        os.write(handle, mine.encode())
        os.close(handle)
        yield
    finally:
        path.unlink(missing_ok=True)


def _stale(path: Path) -> bool:
    try:
        owner = json.loads(_read_text(path))
        pid, host = int(owner["pid"]), owner["host"]
    except (InputError, ValueError, KeyError, TypeError):
        # A lock cut short by a crash names nobody; give a writer a moment to finish it.
        time.sleep(0.2)
        return path.exists() and path.stat().st_size == 0
    if host != socket.gethostname():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


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
    from dsr.data.files import atomic_write

    atomic_write(
        path, "\n".join(_toml_lines(document, ())).lstrip().encode("utf-8", "replace") + b"\n"
    )


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write strict JSON, atomically."""
    from dsr.data.files import atomic_write

    atomic_write(path, (json.dumps(document, indent=2, allow_nan=False) + "\n").encode())


def _toml_lines(table: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    if names:
        yield ""
        yield f"[{'.'.join(_toml_key(name) for name in names)}]"
    for key, value in table.items():
        if value is not None and not isinstance(value, Mapping):
            yield f"{_toml_key(key)} = {_toml_value(value)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _toml_lines(value, (*names, key))


def _toml_key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            text = repr(value)
            return text if any(c in text for c in ".e") else f"{text}.0"
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml_value(v) for v in value)}]"
    # JSON strings are TOML basic strings, but for DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise InputError(f"{path} is larger than any file dsr writes of this kind")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path} cannot be read") from None
