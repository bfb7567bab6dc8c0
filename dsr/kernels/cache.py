"""Whether compiled code is at hand, so that nobody is told to wait for what does not happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def is_compiled(kernel: Any) -> bool:
    """Tell whether a kernel made with ``njit(cache=True)`` was compiled before.

    Parameters
    ----------
    kernel : numba dispatcher

    Returns
    -------
    bool
        True if it was called in this process, or the cache on disk holds code newer than its
        source (code for other types of arguments counts too).
    """
    if kernel.signatures:
        return True
    function = kernel.py_func
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"
    try:
        source = Path(function.__code__.co_filename).stat().st_mtime
        entries = list(Path(kernel.stats.cache_path).glob(f"{name}-*.nbi"))
        return any(entry.stat().st_mtime >= source for entry in entries)
    except OSError:
        return False
