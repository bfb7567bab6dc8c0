"""
Lorenz-63 from its time series
==============================

Three variables are measured, nothing else is known. A shallow piecewise-linear network is trained
to run like them, and then asked what a forecast alone would not show: whether it stays on the
attractor, keeps the rhythm, and separates neighbouring states as fast as the system does.
"""

# %%
# The series
# ----------
#
# Two trajectories of the Lorenz equations, sampled every 0.01 time units. A measured file would be
# read by ``dsr.load("file.nc")``; the result looks the same.

import tempfile

import dsr

series = dsr.simulate("lorenz63", steps=100_000, dt=0.01, trajectories=2, seed=1)
series

# %%
# Fit
# ---
#
# One call holds the last fifth of each trajectory back, scales, trains with an adaptive strength of
# teacher forcing and keeps the parameters whose long free runs fit a validation stretch best. The
# number of updates is small here, to keep this page quick; ``budget="2 min"`` is the default.

run = dsr.fit(series, updates=20_000, seed=0, out=tempfile.mkdtemp() + "/run", progress=False)
print(run.model)
print(run.metrics.attrs["verdict"])

# %%
# Loss and validation score over training. The loss only sees short windows; the score sees long
# free runs, and chooses.

history = dsr.plots.training_history(run.model.history)

# %%
# The attractor
# -------------
#
# The held-out part, and a free run of the model over as many steps. Turn it.

observed = run.results["observed"]["series"]
generated = run.results["generated"]["series"]
portrait = dsr.plots.attractor(observed, generated)
# sphinx_gallery_thumbnail_number = 2

# %%
# Side by side in time the two must part company: neighbouring states of a chaotic system do. The
# forecast starts on the first held-out sample and is good for some time.

forecast = run.results["forecast"]["series"]
beginning = dsr.plots.time_series(observed, forecast, samples=1_000)

# %%
# Scores
# ------
#
# Each score stands beside its noise floor, what two recordings of the system differ by at this
# length, and a surrogate that has no dynamics.

for name in ("state_space_divergence", "hellinger_spectral_distance"):
    score, floor, surrogate = (
        float(run.metrics[name + suffix]) for suffix in ("", "_noise_floor", "_surrogate")
    )
    print(f"{name:28s} {score:7.3f}   floor {floor:7.3f}   surrogate {surrogate:7.3f}")

# %%
# The power spectra of data and run:

spectra = dsr.plots.power_spectra(observed, generated)

# %%
# How fast neighbours part
# ------------------------
#
# The Lyapunov exponents, from the exact Jacobians of the model. Those of the equations themselves
# are computed the same way.

found = dsr.metrics.lyapunov_spectrum(run.model, seed=0)
true = dsr.metrics.lyapunov_spectrum("lorenz63", seed=0)
print("model    ", found["exponent"].values.round(3), found.attrs["units"])
print("equations", true["exponent"].values.round(3), true.attrs["units"])

# %%
# The largest one is positive: both are chaotic. The second, along the flow, is zero. The third says
# how strongly volumes contract; few samples lie across that direction, and so it is the hardest to
# learn.
