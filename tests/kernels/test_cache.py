"""Whether a kernel was compiled before is seen from memory and from the cache on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from kernel import twice
from dsr.kernels.cache import is_compiled
print(is_compiled(twice))
twice(1.0)
print(is_compiled(twice))
"""
KERNEL = """
from numba import njit

@njit(cache=True)
def twice(x):
    return 2 * x
"""


def test_a_kernel_compiles_once(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(KERNEL)
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py")]
    answers = [
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        for _ in range(2)
    ]
    assert [answer.split() for answer in answers] == [["False", "True"], ["True", "True"]]
