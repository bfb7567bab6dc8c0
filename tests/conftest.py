"""Settings and fixtures every test shares: seeded, one thread, no network, data on demand."""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parent.parent

# A plugin may have imported numpy before the environment was set.
threadpool_limits(1)

# Doctest collection would import these files a second time, all under the one name "conftest".
collect_ignore_glob = ["*conftest.py"]

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to open a network connection to {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def rng() -> np.random.Generator:
    """Give a generator with a fixed seed."""
    return np.random.default_rng(20261124)


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], Path]:
    """Give a function that finds one of the papers' own series, or skips the test and says so."""
    folder = Path(os.environ.get("DSR_REFERENCE_DATA", ROOT / ".." / "shared" / "data"))

    def find(name: str) -> Path:
        path = (folder / name).resolve()
        if not path.exists():
            pytest.skip(f"reference series {name} not found; set DSR_REFERENCE_DATA")
        return path

    return find
