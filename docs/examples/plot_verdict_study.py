"""
How often is the verdict right?
===============================

The sentence under a result is a statistical test, and a test has two rates: how often it rejects
the truth, and how often it sees that something is wrong. Both were measured, on processes of every
kind and at every length a user may have: ``make study-verdict``. Here its stored results are drawn.
"""

# %%
# What was judged
# ---------------
#
# One draw is a recording of a process, whose first four fifths are the training part and whose last
# is the reference, and a run of the same process from another start: the truth, which should pass.
# Then the same run damaged: with a parameter off, too fast, noisy, reversed. Each is judged, and
# the file holds one letter for each.

import json
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from dsr.plots import theme

document = json.loads(Path("../results/verdict_study.json").read_text(encoding="utf-8"))
found = document["summary"]
for aim in found["aims"]:
    print(f"{aim['aim']:60s} {aim['found']}  (wanted: {aim['wanted']})")

# %%
# The truth
# ---------
#
# Each row is a process, each column the length of its reference; the colour is the share of true
# runs that pass. Where too few mean periods are seen, the verdict is "undecided", which is not
# counted here: such cells are empty, and so are those that the study has not come to.

processes = found["size"]["by_process"]
lengths = list(found["size"]["by_length"])
shares = [[by["by_length"].get(k) for k in lengths] for by in processes.values()]
truth = go.Figure(
    go.Heatmap(
        z=np.array(shares, dtype=float), x=[f"{int(k):,}" for k in lengths],
        y=[name.replace("_", " ") for name in processes], coloraxis="coloraxis",
        hovertemplate="%{y}, %{x} samples: %{z:.2f}<extra></extra>",
    )
)  # fmt: skip
truth.update_layout(
    template=theme.template(), height=160 + 20 * len(processes),
    coloraxis={
        "cmin": 0.5, "cmax": 1.0, "colorbar": {"title": {"text": "passes"}},
        "colorscale": [[0, "#9A3D00"], [0.7, "#E9EBEE"], [1, "#0A4B78"]],
    },
    xaxis={"type": "category", "title": "samples of the reference"},
    yaxis={"autorange": "reversed"},
)  # fmt: skip

# %%
# The damages
# -----------
#
# The share of damaged runs that are flagged, over flows, maps, cycles and forced systems of few
# variables. The dotted line is the truth: what is flagged there is a false alarm.

shown = {
    "truth": "black",
    "time x 1.02": "sky blue",
    "time x 1.05": "blue",
    "parameter +5 %": "bluish green",
    "one deviation +10 %": "orange",
    "noise 5 %": "yellow",
    "noise 10 %": "vermillion",
    "reversed": "reddish purple",
}
power = go.Figure()
for damage, colour in shown.items():
    by_length = found["power"]["few"].get(damage, {})
    dash = "dot" if damage == "truth" else None
    judged = [k for k in lengths if by_length.get(k, {"judged": 0})["judged"]]
    power.add_scatter(
        x=[int(k) for k in judged], y=[by_length[k]["share"] for k in judged], name=damage,
        mode="lines+markers",
        line={"color": theme.OKABE_ITO[colour], "dash": dash},
    )  # fmt: skip
power.update_layout(
    template=theme.template(), height=460,
    xaxis={
        "type": "log", "title": "samples of the reference",
        "tickvals": [int(k) for k in lengths], "ticktext": [f"{int(k):,}" for k in lengths],
    },
    yaxis={"title": "share flagged", "range": [-0.02, 1.02]},
)  # fmt: skip

# %%
# Which part sees what
# --------------------
#
# A run can be wrong in where it goes, in the order in which it goes there, and in its rhythms. For
# every flagged run the study keeps the part with the smallest p-value, so that the parts can be
# counted: geometry, order, spectra. (Two parts may both be far below the level.)

counted: dict[str, np.ndarray] = {}
for cases in document["runs"].values():
    for case in cases:
        for damage, said in case["said"].items():
            letters = said["verdict"].replace("-", "")
            for letter, part in zip(letters, said.get("part", ""), strict=False):
                if letter in "SN":
                    counted.setdefault(damage, np.zeros(3))["gos".index(part)] += 1
print(f"{'':26s}{'geometry':>10s}{'order':>10s}{'spectra':>10s}")
for damage, parts in counted.items():
    print(f"{damage:26s}" + "".join(f"{share:10.2f}" for share in parts / parts.sum()))
