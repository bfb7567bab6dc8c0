# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Quickstart: a system from its time series
#
# A series goes in, a small dynamical system comes out, and is judged. Here the series is
# simulated, so that what should be found is known: Lorenz-63, whose largest Lyapunov exponent is
# 0.906 per unit of time.

# %%
import dsr

series = dsr.simulate("lorenz63", steps=20_000, trajectories=2, seed=1)
series

# %% [markdown]
# ## Fit
#
# `dsr.fit` holds the last fifth of each trajectory back, scales, chooses sizes and trains. A fixed
# number of updates makes the notebook repeatable; `budget="2 min"` trains longer and better.

# %%
run = dsr.fit(series, updates=3_000, seed=0, progress=False)
run.metrics.attrs["verdict"]

# %% [markdown]
# Each score stands beside its noise floor (what two recordings of the system differ by) and a
# surrogate without dynamics.

# %%
import pandas as pd

names = ["state_space_divergence", "hellinger_spectral_distance", "prediction_error"]
pd.DataFrame(
    {
        label: [run.metrics[name + suffix].item() for name in names]
        for label, suffix in [("model", ""), ("floor", "_noise_floor"), ("surrogate", "_surrogate")]
    },
    index=names,
)

# %% [markdown]
# ## Examine
#
# The model is a map with exact Jacobians. Its exponents:

# %%
exponents = dsr.metrics.lyapunov_spectrum(run.model)
exponents["exponent"].values, exponents.attrs["units"]

# %% [markdown]
# A free run from a state on the attractor, in the units of the series:

# %%
free = run.model.generate(None, 5_000)
free

# %% [markdown]
# The run folder holds everything, and opens again anywhere:

# %%
dsr.open_run(run.folder).results
