"""
Is my reconstruction any good?
==============================

A score by itself says little: 0.3 nats may be perfect or poor, depending on the length of the
series, its noise and its cells. Here candidates whose quality is known beforehand are judged
against Lorenz-63, so that the numbers, and the sentence made of them, can be seen at work.
"""

# %%
# The reference, and a second recording
# -------------------------------------
#
# The reference is what a model has not seen. A second recording of the same system, in practice the
# training part, tells how much two perfect copies differ at this length: the noise floor.

import numpy as np

import dsr

STEPS = 40_000


def lorenz(seed, **parameters):
    """A trajectory of the Lorenz equations, with other parameters where asked for."""
    return dsr.simulate("lorenz63", steps=STEPS, dt=0.01, seed=seed, parameters=parameters or None)


reference, second = lorenz(1), lorenz(2)

# %%
# Candidates
# ----------
#
# The truth from another start, systems a little off, and things that are no reconstruction at all:
# a cloud without dynamics, the reference in random order, linear noise with its spectrum, a frozen
# run, a cycle, and a run that ends in infinity.

rng = np.random.default_rng(0)
noise = 0.2 * reference.std("time").values * rng.standard_normal(reference.shape)
cycle = reference.isel(time=np.arange(STEPS) % 75).assign_coords(time=reference["time"])
escape = reference.copy()
escape[:, STEPS // 2 :] = np.inf

candidates = {
    "truth": lorenz(3),
    "rho = 27.5": lorenz(3, rho=27.5),
    "rho = 26": lorenz(3, rho=26.0),
    "sigma = 11": lorenz(3, sigma=11.0),
    "truth + noise": lorenz(3) + noise,
    "shuffled": dsr.metrics.shuffled(reference),
    "IAAFT": dsr.metrics.iaaft(reference),
    "Gaussian cloud": dsr.metrics.gaussian_cloud(reference),
    "frozen": reference.copy(data=np.broadcast_to(reference[:, :1], reference.shape)),
    "cycle": cycle,
    "escape": escape,
}

# %%
# The verdict
# -----------
#
# `dsr.metrics.evaluate` is the one door. It takes a series, as here, or a model, which it then runs
# itself; ``dsr metrics A.nc B.nc`` does the same on the command line.

scores = {
    name: dsr.metrics.evaluate(reference, candidate, independent=second, seed=0)
    for name, candidate in candidates.items()
}
print(f"{'':15s} {'D_stsp':>7s} {'D_H':>6s}  verdict")
for name, found in scores.items():
    space, time = (
        float(found[metric]) for metric in ("state_space_divergence", "hellinger_spectral_distance")
    )
    print(f"{name:15s} {space:7.3f} {time:6.3f}  {found.attrs['verdict']}")

# %%
# Space and time together
# -----------------------
#
# The divergence does not see time: the shuffled series has a divergence of zero. The spectral
# distance does not see phases: linear noise with the right spectrum passes it. Only a candidate
# near both noise floors (dotted) deserves the first sentence, and one at the cloud (dashed) in
# either has not earned its training.

picture = dsr.plots.verdict_map(scores)

# %%
# How sure is the verdict?
# ------------------------
#
# Each score carries a 95 % interval from a moving-block bootstrap. The rule does not compare
# numbers but their resampled differences: ``delta`` is how much farther the candidate is than the
# second recording, ``gamma`` how much farther than the cloud.

for name in ("truth", "rho = 27.5", "rho = 26"):
    found = scores[name]
    value, low, high = (
        float(found[f"state_space_divergence{end}"]) for end in ("", "_low", "_high")
    )
    delta = ", ".join(f"{d:.2f}" for d in found.attrs["delta"])
    print(f"{name:12s} {value:.3f} ({low:.3f} to {high:.3f})   delta 95 %: {delta}")

# %%
# What a short series cannot say
# ------------------------------
#
# The system with rho = 27.5 is not the truth, and yet passes above: so little is off that 40,000
# samples cannot tell. The first sentence never says more than that, and so the compared length
# stands beside it. The same candidates, with fewer samples and with more:

for length in (10_000, 40_000, 100_000):
    first, other, true, off = (
        dsr.simulate("lorenz63", steps=length, dt=0.01, seed=seed, parameters={"rho": rho})
        for seed, rho in ((1, 28.0), (2, 28.0), (3, 28.0), (3, 27.5))
    )
    for name, candidate in (("truth", true), ("rho = 27.5", off)):
        found = dsr.metrics.evaluate(first, candidate, independent=other)
        space, floor, cloud = (
            float(found[f"state_space_divergence{end}"])
            for end in ("", "_noise_floor", "_surrogate")
        )
        print(
            f"{found.attrs['compared_length']:6d} {name:10s} D_stsp {space:5.2f}  "
            f"floor {floor:4.2f}  cloud {cloud:4.2f}  {found.attrs['verdict']}"
        )

# %%
# Floor and cloud both move with the length, which is why divergences compare only at equal ones.

# %%
# More than two numbers
# ---------------------
#
# Other distances can be asked for by name; each comes with its own floor and surrogate.

more = dsr.metrics.evaluate(
    reference, candidates["rho = 26"], independent=second,
    metrics=["sliced_wasserstein", "energy_distance", "hausdorff_distance"],
)  # fmt: skip
for name, entry in dsr.metrics.metrics_to_json(more).items():
    print(f"{name:20s} {entry['value']:7.4f}  floor {entry['noise_floor']:7.4f}  "
          f"cloud {entry['surrogate']:7.4f}")  # fmt: skip
