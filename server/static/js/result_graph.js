/** The view of an answer as a graph: statements, or what stands side by side in a row. */

import { element, rowsOf } from "./result_rows.js";

const MOST = 300; // edges; more cannot be told apart
const LONGEST = 32;

const KINDS = ["paper", "author", "institution", "concept", "venue"];

const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** Pairs of things with what leads from one to the other. */
function edges({ variables, rows }) {
  /** @type {[Cell, Cell, string][]} */
  const found = [];
  const isOfStatements = variables.join() === "subject,predicate,object";
  for (const row of rows) {
    if (isOfStatements) {
      if (row[2]) found.push([row[0], row[2], row[1].text]);
      continue;
    }
    const things = row.map((cell, column) => [cell, variables[column]]).filter(([cell]) => cell?.iri);
    for (let place = 1; place < things.length; place += 1) found.push([things[0][0], things[place][0], things[place][1]]);
  }
  return found.filter(([from, to]) => from.iri && to.iri && from.iri !== to.iri);
}

export class GraphView {
  priority = 3;
  label = "Graph";

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    const { libraries, answer } = this.yasr;
    return Boolean(libraries.cytoscape && answer?.results && edges(rowsOf(answer, {})).length);
  }

  getIcon() {}

  destroy() {
    this.drawn?.destroy();
  }

  async draw() {
    const all = edges(rowsOf(this.yasr.answer, this.yasr.getPrefixes()));
    const kept = all.slice(0, MOST);
    const place = element("div", "", { class: "drawn graph", role: "img", "aria-label": "Graph of the answer; its table says the same" });
    const told = element("p", all.length > MOST ? `The first ${MOST} of ${all.length.toLocaleString("en")} connections. ` : "", { class: "small" });
    const picked = element("span", "Pick a thing to see what it is.", { "aria-live": "polite" });
    told.append(picked);
    this.yasr.resultsEl.replaceChildren(place, told);

    const { cytoscape: address, layout } = this.yasr.libraries;
    const [{ default: cytoscape }, { default: fcose }] = await Promise.all([import(address), import(layout)]);
    cytoscape.use(fcose);
    const labels = new Set(kept.map(([, , label]) => label));
    const isLabelled = labels.size > 1 && kept.length < 60; // what is the same everywhere need not be said
    const kindOf = (cell) => KINDS.find((kind) => cell.address?.includes(`/${kind}/`)) ?? "";
    const things = new Map(kept.flatMap(([from, to]) => [from, to]).map((cell) => [cell.iri, cell]));
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.drawn?.destroy();
    this.drawn = cytoscape({
      container: place,
      elements: [
        ...[...things.values()].map((cell) => ({ data: { id: cell.iri, label: short(cell.text), full: cell.text, page: cell.address, kind: kindOf(cell) } })),
        ...kept.map(([from, to, label], number) => ({ data: { id: `edge ${number}`, source: from.iri, target: to.iri, label: short(label) } })),
      ],
      style: [
        { selector: "node", style: { label: "data(label)", width: 16, height: 16, "background-color": colour("soft"), color: colour("ink"), "font-size": 11, "text-valign": "bottom", "text-margin-y": 3, "min-zoomed-font-size": 7 } },
        { selector: "edge", style: { label: isLabelled ? "data(label)" : "", width: 1.5, "line-color": colour("line"), "target-arrow-color": colour("line"), "target-arrow-shape": "triangle", "curve-style": "bezier", color: colour("soft"), "font-size": 9, "text-rotation": "autorotate", "text-background-color": colour("surface"), "text-background-opacity": 1 } },
        ...KINDS.map((kind) => ({ selector: `node[kind = "${kind}"]`, style: { "background-color": colour(kind) } })),
        { selector: "node:selected", style: { "border-width": 4, "border-color": colour("accent") } },
      ],
      layout: { name: "fcose", animate: false, randomize: true, nodeRepulsion: () => 8000, idealEdgeLength: () => 90, padding: 24 },
      maxZoom: 3,
    });
    this.drawn.on("tap", "node", ({ target }) => {
      const page = target.data("page");
      picked.replaceChildren(element(page ? "a" : "span", target.data("full"), { href: page, dir: "auto" }));
    });
  }
}
