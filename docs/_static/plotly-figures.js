"use strict";
// Draws the figures of a page from the data that stands beside them, in the page's colours.
(() => {
  const themes = window.plotlyThemes;

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

  function draw() {
    const dark = document.documentElement.dataset.theme === "dark";
    document.querySelectorAll("script[data-figure]").forEach((source) => {
      let figure = JSON.parse(source.textContent);
      if (dark) {
        figure = recoloured(figure);
      }
      figure.layout.template = structuredClone(dark ? themes.dark : themes.light);
      const node = document.getElementById(source.dataset.figure);
      const options = { responsive: true, displaylogo: false };
      const drawn = Plotly.react(node, figure.data, figure.layout, options);
      if (figure.frames) {
        drawn.then(() => Plotly.addFrames(node, figure.frames));
      }
    });
  }

  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
