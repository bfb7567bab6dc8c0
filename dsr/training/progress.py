"""What the training loop tells the outside, and how it is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol


class Progress(Protocol):
    """Listener of a fit; every method may be called from the thread that trains."""

    def start(self, info: Mapping[str, Any]) -> None:
        """Begin: number of updates, budget and what else is known."""
        ...

    def update(self, info: Mapping[str, Any]) -> None:
        """Report: stage, update, loss, alpha, score, best_score, seconds_left."""
        ...

    def note(self, text: str) -> None:
        """Say one sentence to the user."""
        ...

    def finish(self, info: Mapping[str, Any]) -> None:
        """End of training."""
        ...


class Silent:
    """A listener that says nothing.

    Examples
    --------
    >>> Silent().note("not heard")
    """

    def start(self, info: Mapping[str, Any]) -> None:
        """Ignore."""

    def update(self, info: Mapping[str, Any]) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""

    def finish(self, info: Mapping[str, Any]) -> None:
        """Ignore."""


class Interrupted(KeyboardInterrupt):
    """Training was stopped by a signal after its state was saved.

    Attributes
    ----------
    signal : int
        The signal; the command line exits with 128 + signal.
    message : str
        One sentence that says how to go on.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.signal = number
        self.message = message


class StopFlag:
    """Remembers the first interrupting signal; the second one interrupts at once."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number


@contextmanager
def interruptible() -> Iterator[StopFlag]:
    """Turn SIGINT and SIGTERM into a flag while the block runs (in the main thread only)."""
    flag = StopFlag()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, flag) for number in numbers}
    try:
        yield flag
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def listener(progress: bool | Progress | None) -> Progress:
    """Turn the ``progress`` argument of a fit into a listener."""
    if progress is False or progress is None:
        return Silent()
    if progress is True:
        from dsr.training.live import LiveProgress

        return LiveProgress()
    return progress
