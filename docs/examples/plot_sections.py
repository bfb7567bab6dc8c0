"""
A flow seen once a turn
=======================

A chaotic flow looks tangled, yet seen once a turn it is often a simple map. Whether a model has the
same map is a sharper question than whether its attractor looks right: the map holds which value
follows which.
"""

# %%
# The map of Lorenz
# -----------------
#
# Each maximum of z all but fixes the next one: the points of a chaotic flow lie on a curve with a
# cusp. A wrong model, here the equations with another parameter, has another cusp.

import numpy as np

import dsr

flow = dsr.simulate("lorenz63", steps=60_000, dt=0.01, seed=0)
other = dsr.simulate("lorenz63", steps=60_000, dt=0.01, parameters={"rho": 32.0}, seed=1)
maxima = dsr.metrics.return_map(flow, variable="z")
cusp = dsr.plots.return_map(maxima, dsr.metrics.return_map(other, variable="z"))

# %%
# Points on the dotted diagonal repeat themselves: cycles of one turn. The map is steeper than one
# there, so none of them is stable.
#
# A section
# ---------
#
# The Rössler flow crosses the half plane y = 0 once a turn, in a set that is nearly a line. On it
# the flow is a map with one hump, which explains its periods.

roessler = dsr.simulate("roessler", steps=150_000, dt=0.05, seed=0)
section = dsr.metrics.poincare_section(roessler, variable="y", value=0.0, direction="down")
print(section.attrs["accuracy"])
turns = section["return_time"].values[1:]
print(f"{section.sizes['crossing']} crossings, {turns.mean():.2f} +- {turns.std():.2f} apart")
hump = dsr.plots.return_map(dsr.metrics.return_map(None, section=section))

# %%
# How it got there
# ----------------
#
# Over a parameter the maxima part in two, in four, and then fill bands. Each column is what is left
# after the transient.

diagram = dsr.metrics.orbit_diagram(
    "roessler", "c", np.linspace(2.5, 6.0, 106), parameters={"a": 0.2, "b": 0.2}, dt=0.05,
    transient=400.0, duration=400.0, points=60,
)  # fmt: skip
tree = dsr.plots.orbit_diagram(diagram)
# sphinx_gallery_thumbnail_number = 3
for c in (2.5, 3.5, 4.0):
    print(f"c = {c:.1f}: period {int(diagram['period'].sel(c=c, method='nearest')[0])}")

# %%
# Chaos or not, in one number
# ---------------------------
#
# The 0-1 test needs no state space and no section.

for c in (3.5, 5.7):
    x = dsr.simulate("roessler", steps=80_000, parameters={"a": 0.2, "b": 0.2, "c": c}, seed=0)
    found = dsr.metrics.zero_one_test(x.sel(variable=["x"]))
    print(f"c = {c}: K = {float(found.K):.2f}, {found.verdict.values!s}")
