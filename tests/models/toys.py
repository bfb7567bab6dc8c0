"""Models that are not of this package: what the contract must allow."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dsr.models import ReconstructionModel, registry


class EDMD(ReconstructionModel):
    """A dictionary of quadratic monomials as latent space: none of its states is an observation."""

    name: ClassVar[str] = "toy-edmd"
    arrays: ClassVar[tuple[str, ...]] = ("K", "back", "eigenvalues", "counts", "flags")

    def lift(self, x: Any) -> Any:
        """Monomials up to degree two of scaled states, the constant first, largest degree next."""
        x = np.asarray(x)
        i, j = np.triu_indices(x.shape[-1])
        return np.concatenate([np.ones((*x.shape[:-1], 1)), x[..., i] * x[..., j], x], axis=-1)

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Find the Koopman matrix and the way back by least squares."""
        scaled = [self.scaler.transform(part) for part in parts]
        before = np.concatenate([self.lift(x[:-1]) for x in scaled])
        after = np.concatenate([self.lift(x[1:]) for x in scaled])
        self.K = np.linalg.lstsq(before, after, rcond=None)[0].T
        self.back = np.linalg.lstsq(before, np.concatenate([x[:-1] for x in scaled]), rcond=None)[0]
        self.eigenvalues = np.linalg.eigvals(self.K).astype(np.complex128)
        self.counts = np.array([before.shape[1], len(before)])
        self.flags = np.array([True, False])

    @property
    def latent_dim(self) -> int:
        """Number of functions."""
        return len(self.K)

    def encode(self, x: Any) -> Any:
        """Functions of observations."""
        return self.lift(super().encode(x))

    def decode(self, z: Any) -> Any:
        """Observations of function values."""
        return self.scaler.inverse(np.asarray(z) @ self.back)

    def step(self, z: Any, u: Any = None) -> Any:
        """Advance function values linearly."""
        return np.asarray(z) @ self.K.T

    def jacobian(self, z: Any, u: Any = None) -> Any:
        """The Koopman matrix."""
        return np.broadcast_to(self.K, (*np.shape(z)[:-1], *self.K.shape)).copy()

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Iterate in the dictionary."""
        z = np.stack([self.warm_up(context) for context in contexts])
        states = []
        for _ in range(steps):
            z = self.step(z)
            states.append(self.decode(z))
        return np.stack(states, axis=1)


class FrozenField(ReconstructionModel):
    """The last frame, for ever; starts are two frames long."""

    name: ClassVar[str] = "toy-frozen"
    accepts = "field"

    @property
    def context_length(self) -> int:
        """Two frames."""
        return 2

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Nothing is to be learnt."""

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Repeat the last frame."""
        return np.repeat(np.stack([context[-1:] for context in contexts]), steps, axis=1)


class RandomWalk(ReconstructionModel):
    """Steps drawn with the deviation of the training steps."""

    name: ClassVar[str] = "toy-walk"
    accepts = "series | field"
    arrays: ClassVar[tuple[str, ...]] = ("width",)

    def __init__(self, share: float = 1.0) -> None:
        super().__init__()
        self.share = share

    def learn(self, parts: Any, *, inputs: Any, seed: int) -> None:
        """Deviation of the steps."""
        self.width = self.share * np.concatenate([np.diff(part, axis=0) for part in parts]).std(0)

    def run(self, contexts: Any, steps: int, *, inputs: Any, rng: Any) -> Any:
        """Add up draws."""
        draws = rng.standard_normal((len(contexts), steps, self.observation_dim))
        return np.stack([c[-1] for c in contexts])[:, None] + self.width * draws.cumsum(axis=1)


TOYS = {"toy-edmd": "EDMD", "toy-frozen": "FrozenField", "toy-walk": "RandomWalk"}


def register(monkeypatch: Any) -> None:
    """Put the toys into the registry, as an entry point would."""
    for name, attribute in TOYS.items():
        monkeypatch.setitem(registry._MODELS, name, ("toys", attribute))
