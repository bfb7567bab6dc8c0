"""
A system driven from outside
============================

Duffing's oscillator is pushed by a periodic force. Where the force was recorded beside it, it can
be an input of the model instead of a part of the system: what is learned are the equations of the
oscillator, which can then be run under a force they never saw.
"""

# %%
# The oscillator and its force
# ----------------------------
#
# Position and velocity are measured, and the force at the same times. A second recording, with the
# force at another phase and from another start, is kept away from the fit.

import numpy as np

import dsr

OMEGA = 1.4


def equations(t, x, p):
    """Give the right-hand side: a double well, friction, and a force of phase p[0]."""
    return x[1], -0.1 * x[1] + x[0] - x[0] ** 3 + 0.35 * np.cos(OMEGA * t + p[0])


def recording(steps, phase, initial):
    """Return a trajectory of the oscillator, and the force that acted on it."""
    system = dsr.data.System(
        "duffing", equations, parameters={"phase": phase}, initial=initial, dt=0.05
    )
    series = dsr.simulate(system, steps=steps, transient=0).assign_coords(variable=["x", "v"])
    force = np.cos(OMEGA * series["time"].values + phase)
    inputs = series[..., :1].copy(data=force[None, :, None])
    return series, inputs.assign_coords(variable=["force"])


series, force = recording(40_000, phase=0.0, initial=(0.1, 0.1))
truth, other = recording(60_001, phase=2.0, initial=(0.5, -0.3))
drives = dsr.plots.time_series(force, samples=400)

# %%
# Equations
# ---------
#
# SINDy looks for the few monomials of ``x``, ``v`` and ``force``, up to the third degree, that make
# up the derivatives. The true equations are ``dx/dt = v`` and
# ``dv/dt = x - 0.1 v + 0.35 force - x^3``. On the command line this is ``dsr fit FILE --model sindy
# --set degree=3 --inputs FORCE``.

model = dsr.models.SINDy(degree=3).fit(series, inputs=force)
print("\n".join(model.equations()))

# %%
# Under another force
# -------------------
#
# A free run from the first sample of the second recording, under the force of that recording. It
# follows the truth for a while and then parts with it, as neighbouring states of a chaotic system
# do.

run = model.generate(truth[:, :1], 60_000, inputs=other[:, :-1])
truth = truth[:, 1:]
beginning = dsr.plots.time_series(truth, run, samples=2_000)

# %%
# In the long run both fill much the same region.

portrait = dsr.plots.attractor(truth, run)
# sphinx_gallery_thumbnail_number = 3

# %%
# The scores say how well, each beside its noise floor and a surrogate without dynamics.

scores = dsr.metrics.evaluate(truth, run, independent=series)
for name in ("state_space_divergence", "hellinger_spectral_distance"):
    score, floor, cloud = (
        float(scores[name + suffix]) for suffix in ("", "_noise_floor", "_surrogate")
    )
    print(f"{name:28s} {score:6.3f}   floor {floor:6.3f}   surrogate {cloud:6.3f}")
print(scores.attrs["verdict"])
