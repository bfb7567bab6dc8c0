"""The live line and its plain form."""

from __future__ import annotations

import io

import pytest

from dsr.training import live
from dsr.training.live import LiveProgress, describe, is_live


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_come_with_each_stage_and_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    progress = LiveProgress(stream)
    progress.start({"stage": "compiling (first run only)", "updates": 100})
    for update in range(1, 101):
        now[0] += 0.25
        progress.update({"stage": "training", "update": update, "loss": 0.5, "seconds_left": 65.0})
    progress.update({"stage": "judging"})
    progress.finish({})
    assert stream.getvalue().splitlines() == [
        "compiling (first run only)",
        "training, update 1 of 100, loss 0.5, 1:05 left",
        "training, update 41 of 100, loss 0.5, 1:05 left",
        "training, update 81 of 100, loss 0.5, 1:05 left",
        "judging",
    ]


def test_remarks_wait_until_the_input_is_accepted() -> None:
    stream = io.StringIO()
    progress = LiveProgress(stream)
    progress.note("two variables were left out")
    assert stream.getvalue() == ""
    progress.start({})
    assert stream.getvalue().startswith("two variables were left out\n")


def test_a_terminal_gets_one_line_that_is_redrawn_and_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = LiveProgress(stream)
    progress.start({"updates": 10})
    progress.note("a remark with [brackets]")
    progress.update({"stage": "training", "update": 5, "loss": 0.25, "alpha": 0.5})
    progress.close()
    progress.close()
    assert "\x1b" in stream.getvalue()
    assert "a remark with [brackets]" in stream.getvalue()


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color_and_dumb_terminals_get_plain_lines(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert is_live(Terminal())
    monkeypatch.setenv(name, value)
    assert not is_live(Terminal())


def test_what_is_not_known_yet_is_not_shown() -> None:
    assert describe({"loss": 0.5, "score": float("nan"), "best_score": float("nan")}) == "loss 0.5"
    assert describe({}) == ""


@pytest.mark.parametrize("ready", [True, False])
def test_compiling_is_said_only_where_something_compiles(
    monkeypatch: pytest.MonkeyPatch, ready: bool
) -> None:
    import numpy as np

    from dsr.models import ShallowPLRNN
    from dsr.models.shallow_plrnn import CompiledShallowEngine

    monkeypatch.setattr(CompiledShallowEngine, "ready", ready)
    stages: list[str] = []

    class Listener:
        def update(self, info: dict[str, object]) -> None:
            stages.append(str(info["stage"]))

    series = np.sin(np.arange(200.0) / 5)[:, None]
    model = ShallowPLRNN(1, 3)
    model.settle_budget(series, 0.05, progress=Listener())
    assert stages == ([] if ready else ["compiling (first run only)"])
    model.fit(series, updates=50, progress=Listener())
    assert stages[-1] == "training"
    assert stages.count("compiling (first run only)") == (0 if ready else 2)
