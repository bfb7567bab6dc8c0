"""The live line of a training run, and its plain form for logs and pipes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from dsr.text import duration, number, one_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SECONDS_BETWEEN_PLAIN_LINES = 10.0


def is_live(stream: TextIO) -> bool:
    """Tell whether a line on ``stream`` may be redrawn: a capable terminal, and no NO_COLOR."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def describe(info: Mapping[str, Any]) -> str:
    """Return what is known of the state of training as one line.

    Examples
    --------
    >>> describe({"loss": 0.0213, "alpha": 0.15, "score": 0.4, "best_score": 0.3})
    'loss 0.0213, alpha 0.15, score 0.4 (best 0.3)'
    """
    shown = {
        name: number(info[name], digits)
        for name, digits in (("loss", 3), ("alpha", 2), ("score", 3), ("best_score", 3))
        if info.get(name) is not None and info[name] == info[name]  # a NaN is not known yet
    }
    best = shown.pop("best_score", None)
    if "score" in shown and best is not None:
        shown["score"] += f" (best {best})"
    return ", ".join(f"{name} {text}" for name, text in shown.items())


class LiveProgress:
    """Show how training goes, on standard error.

    On a terminal one line is redrawn in place; elsewhere (a pipe, a log, ``NO_COLOR``) a plain line
    is written every ten seconds and whenever the stage changes.

    Parameters
    ----------
    stream : text stream, optional
        Where to write; standard error if not given.
    live : bool, optional
        Redraw one line; found out from the stream if not given.

    Notes
    -----
    Remarks that come before :meth:`start` are kept back until it is called, so that a refused input
    says one line only: why it was refused.
    """

    def __init__(self, stream: TextIO | None = None, *, live: bool | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = is_live(self._stream) if live is None else live
        self._state: dict[str, Any] = {}
        self._early: list[str] = []
        self._started = False
        self._last_line = float("-inf")
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def start(self, info: Mapping[str, Any]) -> None:
        """Begin to show; ``info`` may hold ``updates`` and ``stage``."""
        self._started = True
        if self._live:
            self._open()
        for text in self._early:
            self._write(text)
        self._early.clear()
        self.update({"stage": "starting", **info})

    def update(self, info: Mapping[str, Any]) -> None:
        """Show a new state.

        Parameters
        ----------
        info : mapping
            Any of ``update``, ``updates``, ``loss``, ``alpha``, ``score``, ``best_score``,
            ``seconds_left``, ``stage``; what is absent keeps its last value.
        """
        stage_changed = "stage" in info and info["stage"] != self._state.get("stage")
        self._state.update(info)
        if self._progress is not None and self._task is not None:
            self._progress.update(
                self._task,
                description=str(self._state.get("stage") or "training"),
                completed=self._state.get("update") or 0,
                total=self._state.get("updates"),
                numbers=describe(self._state) if self._trains() else "",
                left=self._time_left() if self._trains() else "",
            )
        elif not self._live and (
            stage_changed or time.monotonic() - self._last_line >= SECONDS_BETWEEN_PLAIN_LINES
        ):
            self._last_line = time.monotonic()
            self._write(self._plain())

    def note(self, text: str) -> None:
        """Show a remark that stays on the screen."""
        if self._started:
            self._write(text)
        else:
            self._early.append(text)

    def finish(self, info: Mapping[str, Any] | None = None) -> None:
        """Take the live line away; ``info`` is the last state."""
        if info and not self._live:
            self._state.update(info)
        self.close()

    def close(self) -> None:
        """Leave the terminal as it was, also after an error; calling it twice does no harm."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        console = Console(file=self._stream, highlight=False, markup=False)
        columns: list[Any] = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
        if console.width >= 100:
            columns.append(BarColumn(bar_width=20))
        columns += [
            TextColumn("{task.percentage:>3.0f}%", markup=False),
            TextColumn("{task.fields[numbers]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
        ]
        self._progress = Progress(*columns, console=console, refresh_per_second=4, transient=True)
        self._task = self._progress.add_task("starting", total=None, numbers="", left="")
        self._progress.start()

    def _plain(self) -> str:
        parts = [str(self._state.get("stage") or "training")]
        if not self._trains():
            return parts[0]
        update, updates = self._state.get("update"), self._state.get("updates")
        if update is not None:
            parts.append(f"update {update}" + (f" of {updates}" if updates else ""))
        parts += [part for part in (describe(self._state), self._time_left()) if part]
        return ", ".join(parts)

    def _trains(self) -> bool:
        return self._state.get("stage") in (None, "training")

    def _time_left(self) -> str:
        seconds = self._state.get("seconds_left")
        return "" if seconds is None else f"{duration(float(seconds))} left"

    def _write(self, text: str) -> None:
        line = one_line(text)
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            self._stream.write(line + "\n")
            self._stream.flush()
