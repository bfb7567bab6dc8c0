"use strict";
(() => {
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const figures = Array.from(document.querySelectorAll("script.figure-data"), (node) =>
    JSON.parse(node.textContent)
  );
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 46rem)");
  const config = () => ({
    responsive: true,
    displaylogo: false,
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d", "resetCameraLastSave3d"],
    displayModeBar: narrow.matches ? false : "hover",
  });

  // A copy of a figure with its colours swapped for those of a dark page.
  function recoloured(value) {
    if (typeof value === "string") {
      return themes.swap[value] || value;
    }
    if (Array.isArray(value)) {
      return value.map(recoloured);
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, key === "bdata" ? inner : recoloured(inner)])
      );
    }
    return value;
  }

  function draw(figure) {
    const node = document.getElementById(figure.id);
    const base = narrow.matches && figure.narrow ? figure.narrow : figure.layout;
    let copy = structuredClone({ data: figure.data, layout: base });
    if (dark.matches) {
      copy = recoloured(copy);
    }
    copy.layout.template = structuredClone(dark.matches ? themes.dark : themes.light);
    if (narrow.matches) {
      // A finger that scrolls the page must not be caught by a plane figure.
      copy.layout.dragmode = false;
      copy.layout.margin = { ...copy.layout.margin, r: 8 };
      if (copy.layout.scene) {
        copy.layout.height = 340;
      }
    }
    if (copy.layout.scene && node.camera) {
      copy.layout.scene.camera = node.camera;
    }
    node.style.height = copy.layout.height + "px";
    const drawn = Plotly.react(node, copy.data, copy.layout, config());
    return figure.frames ? drawn.then(() => Plotly.addFrames(node, figure.frames)) : drawn;
  }

  // Three-dimensional figures of one group turn together.
  function link(group) {
    const nodes = figures.filter((f) => f.group === group).map((f) => document.getElementById(f.id));
    if (!nodes.every((node) => node._fullLayout && node._fullLayout.scene)) {
      return;
    }
    let busy = false;
    nodes.forEach((node) => {
      const follow = (change) => {
        const camera = change["scene.camera"];
        if (busy || !camera) {
          return;
        }
        busy = true;
        const moved = nodes.map((other) => {
          other.camera = camera;
          return other === node ? null : Plotly.relayout(other, { "scene.camera": camera });
        });
        Promise.all(moved).finally(() => {
          busy = false;
        });
      };
      node.on("plotly_relayout", follow);
      node.on("plotly_relayouting", follow);
    });
  }

  async function drawAll() {
    for (const figure of figures) {
      await draw(figure);
    }
    document.documentElement.dataset.drawn = String(document.querySelectorAll(".plot .main-svg").length && figures.length);
  }

  drawAll().then(() => {
    const groups = new Set(figures.map((f) => f.group).filter(Boolean));
    groups.forEach(link);
    dark.addEventListener("change", drawAll);
    narrow.addEventListener("change", drawAll);
  });
})();
