"""Messages of the package, which name options as Python does, as they are typed in a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dsr.cli import main as program
from dsr.cli.syntax import called, spoken


@pytest.fixture
def verb() -> Iterator[Callable[..., None]]:
    """Give a function that pretends a verb was typed."""

    def typed(*words: str) -> None:
        called(list(words), program._flags(list(words)))

    yield typed
    called([], {})


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ('pass fill="linear" to fill them', "pass --fill linear to fill them"),
        ("pass fill='linear' (--fill linear) to", "pass --fill linear to"),
        ("pass drop_constant=True (--drop-constant), or", "pass --drop-constant, or"),
        ("pass resample=0.05 when loading it", "pass --resample 0.05 when loading it"),
        ('pass resample="0.1s" or resample="auto"', "pass --resample 0.1s or --resample auto"),
        ("choose others with embed=M,TAU", "choose others with --embed M,TAU"),
        ("embed='3' is not understood", "--embed 3 is not understood"),
        ("name another with time=, or pass dt=", "name another with --time, or pass --dt"),
        ("select one with variables=", "select one with --variables"),
        ('with variables=["a", "b"]', "with --variables a,b"),
        ("(dt=0.1, time_unit='s') if", "(--dt 0.1, --time-unit s) if"),
        ("hidden_dim=10 and not 99", "--hidden 10 and not 99"),
        ("so latent_dim=1.", "so --latent 1."),
        ("test=0.9 must be a share", "--set test=0.9 must be a share"),
        ("with --set updates=8000", "with --set updates=8000"),
        ("budget='2 min'", "--budget '2 min'"),
        ("pass resume=True, or another out=", "pass --resume, or another --out"),
        ("use baselines=False", "use --no-baselines"),
        ("'/data/dt=0.1/x.csv' is empty", "'/data/dt=0.1/x.csv' is empty"),
        ("a share of M = 3", "a share of M = 3"),
    ],
)  # fmt: skip
def test_options_are_named_as_they_are_typed(
    verb: Callable[..., None], said: str, typed: str
) -> None:
    verb("fit")
    assert spoken(said) == typed


def test_what_a_verb_has_no_flag_for_stays_as_it_is(verb: Callable[..., None]) -> None:
    verb("metrics")
    assert spoken("use method='gmm' or time=") == "use method='gmm' or --time"


def test_a_file_whose_name_looks_like_an_option_keeps_it(verb: Callable[..., None]) -> None:
    verb("fit", "dt=0.1.csv", "--fill=linear")
    assert spoken("dt=0.1.csv is empty; pass dt=2") == "dt=0.1.csv is empty; pass --dt 2"


def test_remarks_of_a_fit_and_of_info_are_typed_too(call: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("".join(f"{(k * k) % 11}\n" for k in range(400)))
    done = call("fit", path, "--model", "persistence", "-o", tmp_path / "run", "--no-baselines")
    assert done.code == 0, done.err
    assert "embed=" not in done.err
    assert "choose others with --embed" in done.err
