/** Draws the charts of the page: a `data-chart` figure holds the addresses of the libraries and a block with the data. */

import { draw, specification } from "./chart.js";

for (const figure of document.querySelectorAll("[data-chart]")) {
  const { chart, rows, titles } = JSON.parse(figure.querySelector("script").textContent);
  figure.hidden = false;
  draw(figure.querySelector("[role=img]"), figure.dataset, specification(chart, rows, titles)).catch((error) => {
    figure.hidden = true;
    throw error;
  });
}
