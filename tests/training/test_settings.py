"""Training settings: schedule and refusals."""

from __future__ import annotations

import pytest

from dsr.errors import InputError
from dsr.training.gradient import TRAINERS
from dsr.training.settings import TrainingSettings


def test_learning_rate_decays_by_a_constant_factor() -> None:
    settings = TrainingSettings(updates=500, learning_rate=1e-2, learning_rate_end=1e-4)
    rates = [settings.learning_rate_at(epoch) for epoch in range(11)]
    assert rates[0] == 1e-2
    assert rates[10] == pytest.approx(1e-4)
    assert rates[1] / rates[0] == pytest.approx(rates[7] / rates[6])


def test_the_last_epoch_is_always_validated() -> None:
    for updates in (50, 60, 1000, 12_345, 250_000):
        settings = TrainingSettings(updates=updates)
        assert settings.epochs in settings.validation_epochs()
        assert len(settings.validation_epochs()) == min(40, settings.epochs)


@pytest.mark.parametrize("wrong", [
    {"updates": 0}, {"updates": 2.5}, {"batch_size": True}, {"learning_rate": 0.0},
    {"learning_rate": float("nan")}, {"noise_std": -1.0}, {"validation": 0.9},
    {"dtype": "float16"}, {"select": "best"}, {"device": "tpu"},
])  # fmt: skip
def test_wrong_settings_are_one_clear_sentence(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        TrainingSettings(**wrong)
    assert next(iter(wrong)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_trainer_is_set_by_flat_names() -> None:
    trainer = TRAINERS["gradient"].from_flat({"updates": 100, "batch_size": 4})
    assert trainer.settings == TrainingSettings(updates=100, batch_size=4)
    assert trainer.to_flat() == trainer.settings.to_flat()
    assert set(trainer.flat_names()) == set(trainer.to_flat())
    with pytest.raises(InputError, match="did you mean 'updates'"):
        TRAINERS["gradient"].from_flat({"update": 100})
