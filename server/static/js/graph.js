/**
 * Draws a graph of things: drag, zoom, pick one to see who or what it is, open its page.
 *
 * An element with `data-graph` (the address of the JSON, or `#id` of a block of the page that holds it) is drawn into;
 * `data-cytoscape` and `data-layout` are the addresses of the libraries. All that is drawn stands in a table or a list
 * too, so that nothing is lost without it.
 */

const KINDS = ["paper", "author", "institution", "concept", "venue"];
const LONGEST_LABEL = 28;
const LABELLED = 40; // at first; the others when they are picked, or near what is
const PADDING = 28;
const LARGEST_WAY = 1.2;

/** @typedef {{id: string, label: string, kind: string, page: string, papers: number | null}} GraphNode */
/** @typedef {{source: string, target: string, papers: number | null, relation: string}} GraphEdge */
/** @typedef {{centre?: string, nodes: GraphNode[], edges: GraphEdge[]}} Graph */

/** @param {string} source @returns {Promise<Graph>} */
async function read(source) {
  if (source.startsWith("#")) return JSON.parse(document.querySelector(source).textContent);
  const response = await fetch(source, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${source}: ${response.status}`);
  return response.json();
}

/** The colours of the page, which differ by day and by night. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = [...KINDS, "ink", "soft", "surface", "accent"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function look() {
  const colour = colours();
  const ofKinds = KINDS.map((kind) => ({ selector: `node[kind = "${kind}"]`, style: { "background-color": colour[kind] } }));
  const node = {
    label: "data(short)",
    width: "data(size)",
    height: "data(size)",
    "background-color": colour.soft,
    "border-width": 1.5,
    "border-color": colour.surface,
    color: colour.ink,
    "font-size": 13,
    "font-family": "system-ui, sans-serif",
    "text-valign": "bottom",
    "text-margin-y": 3,
    "text-background-color": colour.surface,
    "text-background-opacity": 0.7,
    "text-background-padding": 1,
    "min-zoomed-font-size": 6,
  };
  const edge = { width: "data(width)", "line-color": colour.soft, opacity: 0.25, "curve-style": "haystack" };
  const arrow = { "curve-style": "bezier", "target-arrow-shape": "triangle", "target-arrow-color": colour.soft };
  return [
    { selector: "node", style: node },
    ...ofKinds,
    { selector: "node.centre", style: { "font-weight": 700, "font-size": 14, "border-width": 3, "border-color": colour.accent } },
    { selector: "edge", style: edge },
    { selector: 'edge[relation = "broader"]', style: { ...arrow, "line-style": "dashed", opacity: 0.6 } },
    { selector: "node.small", style: { "text-opacity": 0, "text-background-opacity": 0 } },
    { selector: "node.small.near", style: { "text-opacity": 1, "text-background-opacity": 0.7 } },
    { selector: ".aside", style: { opacity: 0.12 } },
    { selector: "edge.near", style: { opacity: 0.8, "line-color": colour.accent } },
    { selector: "node.picked", style: { "border-width": 4, "border-color": colour.accent } },
  ];
}

/** What cytoscape draws. Each thing begins at a place of its own, so that the same graph is always drawn the same way. */
function elements(graph) {
  const others = graph.nodes.filter((node) => node.id !== graph.centre);
  const most = Math.max(1, ...others.map((node) => node.papers ?? 0));
  const heaviest = Math.max(1, ...graph.edges.map((edge) => edge.papers ?? 0));
  const nodes = graph.nodes.map((node, index) => {
    const isCentre = node.id === graph.centre;
    const angle = (2 * Math.PI * index) / graph.nodes.length;
    const short = node.label.length > LONGEST_LABEL ? `${node.label.slice(0, LONGEST_LABEL - 1)}…` : node.label;
    const size = isCentre || !graph.centre ? 40 : 13 + 21 * Math.sqrt((node.papers ?? 0) / most);
    const distance = isCentre ? 0 : 250;
    const round = { x: distance * Math.cos(angle), y: distance * Math.sin(angle) };
    return {
      data: { ...node, short, size },
      position: graph.centre ? round : { x: 170 * index, y: 0 }, // what has no centre is a way from the first to the last
      classes: isCentre ? "centre" : index > LABELLED ? "small" : "",
    };
  });
  const edges = graph.edges.map((edge) => ({ data: { ...edge, width: 1 + 6 * Math.sqrt((edge.papers ?? 1) / heaviest) } }));
  return [...nodes, ...edges];
}

function layout(graph) {
  if (!graph.centre) return { name: "preset", padding: PADDING };
  return {
    name: "fcose",
    animate: false,
    randomize: false,
    quality: "proof",
    padding: PADDING,
    nodeSeparation: 90,
    nodeRepulsion: () => 30000,
    idealEdgeLength: (edge) => 90 + 110 / Math.sqrt(edge.data("papers") ?? 1),
    gravity: 0.15,
  };
}

/** Layouts are as high as they are wide; the place seldom is. */
function widen(drawn, canvas) {
  const ratio = Math.min(2, Math.max(1, canvas.clientWidth / canvas.clientHeight));
  drawn.nodes().positions((node) => ({ x: node.position("x") * ratio, y: node.position("y") }));
  drawn.fit(undefined, PADDING);
}

/** What is picked, in words. */
function tell(panel, node) {
  const link = document.createElement("a");
  link.href = node.data("page");
  link.dir = "auto";
  link.textContent = node.data("label");
  const count = node.data("papers");
  const together = `: ${count?.toLocaleString("en")} ${count === 1 ? "paper" : "papers"} together`;
  panel.replaceChildren(link, document.createTextNode(count && !node.hasClass("centre") ? together : ""));
}

function button(text, title, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain-button";
  made.textContent = text;
  made.title = title;
  made.setAttribute("aria-label", title);
  made.addEventListener("click", act);
  return made;
}

/** @param {Element} parent @param {string} name @param {string} className */
function added(parent, name, className) {
  const made = parent.appendChild(document.createElement(name));
  made.className = className;
  return made;
}

function listen(drawn, panel) {
  // Until the graph is touched the wheel scrolls the page.
  drawn.on("tapstart", () => drawn.userZoomingEnabled(true));
  drawn.on("tap", ({ target }) => {
    drawn.elements().removeClass("aside near picked");
    if (target === drawn || !target.isNode()) return;
    drawn.elements().difference(target.closedNeighborhood()).addClass("aside");
    target.closedNeighborhood().addClass("near");
    target.addClass("picked");
    tell(panel, target);
  });
  drawn.on("mouseover", "node", ({ target }) => target.removeClass("small"));
  drawn.on("dbltap", "node", ({ target }) => location.assign(target.data("page")));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.style(look()));
}

/** @param {HTMLElement} place */
async function draw(place) {
  const { graph: source, cytoscape: library, layout: extension } = place.dataset;
  const [graph, { default: cytoscape }, { default: fcose }] = await Promise.all([read(source), import(library), import(extension)]);
  if (graph.nodes.length < 2) {
    place.hidden = true;
    return;
  }
  cytoscape.use(fcose);
  place.replaceChildren();
  place.classList.add("drawn");
  const canvas = added(place, "div", "canvas");
  const panel = added(place, "p", "picked-thing");
  panel.setAttribute("aria-live", "polite");
  panel.textContent = "Pick a dot to see who or what it is. Drag to move, double-click to open.";
  const drawn = cytoscape({
    container: canvas,
    elements: elements(graph),
    style: look(),
    layout: layout(graph),
    minZoom: 0.2,
    maxZoom: 4,
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
  });
  if (graph.centre) widen(drawn, canvas);
  else if (drawn.zoom() > LARGEST_WAY) drawn.zoom(LARGEST_WAY).center();
  const middle = () => ({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
  const zoom = (factor) => drawn.zoom({ level: drawn.zoom() * factor, renderedPosition: middle() });
  added(place, "p", "tools").append(
    button("+", "Larger", () => zoom(1.3)),
    button("−", "Smaller", () => zoom(1 / 1.3)),
    button("Fit", "Show the whole graph", () => drawn.fit(undefined, PADDING)),
  );
  listen(drawn, panel);
  place.drawn = drawn; // for who looks closer, such as tests
}

/** Draws once the place comes into view. */
function drawWhenSeen(place) {
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      place.querySelector(".waiting")?.replaceChildren("Drawing …");
      draw(place).catch((error) => {
        console.warn("the graph is not drawn:", error);
        place.textContent = "The graph could not be drawn; what it shows stands in the table.";
      });
    },
    { rootMargin: "200px" },
  );
  seen.observe(place);
}

document.querySelectorAll("[data-graph]").forEach(drawWhenSeen);
