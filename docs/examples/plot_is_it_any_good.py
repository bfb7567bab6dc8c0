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
# the truth backwards, a cloud without dynamics, the reference in random order, linear noise with
# its spectrum, a frozen run, a cycle, and a run that ends in infinity.

rng = np.random.default_rng(0)
truth = lorenz(3)
noise = 0.1 * reference.std("time").values * rng.standard_normal(reference.shape)
cycle = reference.isel(time=np.arange(STEPS) % 75).assign_coords(time=reference["time"])
escape = reference.copy()
escape[:, STEPS // 2 :] = np.inf

candidates = {
    "truth": truth,
    "rho = 27.5": lorenz(3, rho=27.5),
    "rho = 26": lorenz(3, rho=26.0),
    "sigma = 11": lorenz(3, sigma=11.0),
    "truth + noise": truth + noise,
    "backwards": truth.copy(data=truth.values[:, ::-1]),
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
# itself; ``dsr metrics A.nc B.nc`` does the same on the command line. Beside the sentence stand the
# p-values of its three parts: where the run is, which way time goes, and how fast.

scores = {
    name: dsr.metrics.evaluate(reference, candidate, independent=second, seed=0)
    for name, candidate in candidates.items()
}
PARTS = ("p_geometry", "p_order", "p_spectra")
print(f"{'':15s} {'geometry':>9s} {'order':>6s} {'spectra':>8s}  verdict")
for name, found in scores.items():
    geometry, order, spectra = (found.attrs[part] for part in PARTS)
    print(f"{name:15s} {geometry:9.3f} {order:6.3f} {spectra:8.3f}  {found.attrs['verdict']}")

# %%
# What differs by more than chance, and by more than 2 % of a deviation or 2.5 % of the clock, has a
# small p-value in some part, if the record is long enough for what is wrong. The truth backwards
# visits the right places with the right spectra: only the order of time gives it away. A degenerate
# run is called so whatever the test says.

picture = dsr.plots.verdict_parts(scores["backwards"])

# %%
# Space and time together
# -----------------------
#
# The test says whether a candidate differs, the distances how much. The divergence does not see
# time: the shuffled series has a divergence of zero. The spectral distance does not see phases:
# linear noise with the right spectrum passes it. Dotted lines are the noise floor, dashed ones the
# Gaussian cloud.

picture = dsr.plots.verdict_map(scores)
# sphinx_gallery_thumbnail_number = 2

# %%
# How well is a distance known?
# -----------------------------
#
# Each score carries a 95 % interval from a moving-block bootstrap, and so do noise floor and
# surrogate, which are measured on several stretches and several clouds.

print(f"{'D_stsp':12s} value   95 % interval    floor            cloud")
for name in ("truth", "rho = 27.5", "rho = 26"):
    found = scores[name]
    numbers = [
        float(found[f"state_space_divergence{end}"])
        for end in ("", "_low", "_high", "_noise_floor_low", "_noise_floor_high",
                    "_surrogate_low", "_surrogate_high")
    ]  # fmt: skip
    print("{:12s} {:.3f}   {:.3f} to {:.3f}   {:.3f} to {:.3f}   {:.3f} to {:.3f}".format(
        name, *numbers))  # fmt: skip

# %%
# What a short series cannot say
# ------------------------------
#
# A record of a few periods cannot tell a good model from a bad one, whatever the model. The
# sentence then begins with "undecided", and says what would decide.

for length in (1_000, 4_000, 10_000, 40_000):
    first, other, true, off = (
        dsr.simulate("lorenz63", steps=length, dt=0.01, seed=seed, parameters={"rho": rho})
        for seed, rho in ((1, 28.0), (2, 28.0), (3, 28.0), (3, 26.0))
    )
    for name, candidate in (("truth", true), ("rho = 26", off)):
        found = dsr.metrics.evaluate(first, candidate, independent=other).attrs
        print(f"{length:6d} {name:9s} p = {found['p_value']:.3f}  {found['verdict']}")

# %%
# How often the sentence is right, by system, length and kind of error, is the subject of
# :doc:`a study </theory/verdict>`.

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
