"""What a training learns from, and what it is validated by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dsr.models.starts import Floats


class Parts(NamedTuple):
    """Standardised trajectories and inputs to fit, and those that follow them for validation."""

    fitting: list[Floats]
    validation: list[Floats]
    fitting_inputs: list[Floats] | None
    validation_inputs: list[Floats] | None

    def linear_response(self, latent: int) -> Floats:
        """Weights (M, K) of the inputs in the linear map that predicts the next samples best."""
        pairs = list(zip(self.fitting_inputs or [], self.fitting, strict=True))
        known = np.concatenate([np.hstack([u, x, np.ones((len(x), 1))])[:-1] for u, x in pairs])
        after = np.concatenate([x[1:] for x in self.fitting])
        inputs, observed = pairs[0][0].shape[1], pairs[0][1].shape[1]
        weights = np.zeros((latent, inputs))
        weights[:observed] = np.linalg.lstsq(known, after, rcond=None)[0][:inputs].T
        return weights
