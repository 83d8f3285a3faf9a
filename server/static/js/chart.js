/**
 * Draws charts with Vega-Lite, in the colours of the page, under a policy that forbids what is compiled from text.
 *
 * `libraries` are addresses: `vega`, `vegaLite` and `interpreter`, as `data-` attributes of an element have them.
 */

/** @typedef {{vega: string, vegaLite: string, interpreter: string}} Libraries */
/** @typedef {{mark: "bar" | "line" | "point", x: string, y: string, color?: string | null, years?: string}} Chart; `years` is a column of years, where its name does not say so */

const SHOWN = 25; // bars that one still tells apart
const NARROW = 520; // pixels
const BAR = 22; // pixels
const LONGEST_LABEL = 220; // pixels

/** What is drawn again when the colours of the page change, by its place. */
const drawn = new Map();

/** @param {Libraries} libraries */
async function load({ vega, vegaLite, interpreter }) {
  const [one, two, three] = await Promise.all([import(vega), import(vegaLite), import(interpreter)]);
  return { vega: one.default, vegaLite: two.default, expressionInterpreter: three.expressionInterpreter };
}

/** The page's colours and letters. */
function theme(isNarrow) {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const text = { labelColor: token("soft"), titleColor: token("soft"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 };
  const series = [...["accent", "author", "institution", "concept", "venue"].map(token), "#b08800", "#5c8a1e", "#8a6d5a", token("soft")];
  return {
    background: null,
    font: token("sans") || "sans-serif",
    axis: { ...text, gridColor: token("line"), domainColor: token("line"), tickColor: token("line"), labelLimit: isNarrow ? LONGEST_LABEL / 2 : LONGEST_LABEL },
    legend: { ...text, labelLimit: 180, ...(isNarrow && { orient: "bottom", columns: 1 }) },
    view: { stroke: null },
    range: { category: series },
    bar: { color: token("accent"), cornerRadiusEnd: 2 },
    line: { color: token("accent"), strokeWidth: 2.5, point: { filled: true, size: 40 } },
    point: { color: token("accent"), filled: true, size: 60, opacity: 0.75 },
  };
}

const isNumber = (value) => typeof value === "number";
const isYear = (name, values, { years }) => (name === years || /year|date/i.test(name)) && values.every(isNumber);

/** How a column lies on an axis: in steps of years, along numbers, or as names in the order of the rows. */
function axis(name, title, values, chart) {
  const shown = { field: name, title, axis: {} };
  if (isYear(name, values, chart)) return { ...shown, type: chart.mark === "bar" ? "ordinal" : "quantitative", scale: { zero: false }, axis: { format: "d", labelAngle: 0, labelOverlap: true } };
  if (values.every(isNumber)) return { ...shown, type: "quantitative", axis: { format: ",~r", tickMinStep: values.every(Number.isInteger) ? 1 : undefined } };
  return { ...shown, type: "nominal", sort: null, title: null }; // names tell what they are, and would be under a title beside them
}

/**
 * The Vega-Lite of a chart over rows. Fields are `c0`, `c1`, …, for a column may be called anything.
 * @param {Chart} chart @param {Record<string, unknown>[]} rows @param {Record<string, string>} titles
 */
export function specification(chart, rows, titles = {}) {
  const names = [chart.x, chart.y, chart.color].filter((name) => name != null);
  const fields = Object.fromEntries(names.map((name, place) => [name, `c${place}`]));
  const complete = rows.filter((row) => row[chart.x] != null && row[chart.y] != null);
  const values = (name) => complete.map((row) => row[name]);
  const named = (name) => ({ ...axis(name, titles[name] ?? name, values(name), chart), field: fields[name] });
  const isRanking = chart.mark === "bar" && values(chart.x).every(isNumber) && !isYear(chart.x, values(chart.x), chart);
  const kept = isRanking ? complete.slice(0, SHOWN) : complete;
  const encoding = { x: named(chart.x), y: named(chart.y) };
  if (chart.color != null) encoding.color = { field: fields[chart.color], type: "nominal", sort: null, title: titles[chart.color] ?? chart.color };
  encoding.tooltip = names.map((name) => ({ field: fields[name], title: titles[name] ?? name }));
  const height = isRanking ? { step: BAR } : 280;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: "container",
    height,
    autosize: { type: "fit-x", contains: "padding" },
    data: { values: kept.map((row) => Object.fromEntries(names.map((name) => [fields[name], row[name]]))) },
    mark: chart.mark,
    encoding,
  };
}

/** Draws into an element; the promise is kept once it stands. @param {HTMLElement} place @param {Libraries} libraries */
export async function draw(place, libraries, spec) {
  const { vega, vegaLite, expressionInterpreter } = await load(libraries);
  const width = Math.max(200, Math.floor(place.clientWidth));
  const compiled = vegaLite.compile({ ...spec, width }, { config: theme(width < NARROW), logger: vega.logger(vega.Error) }).spec;
  drawn.get(place)?.view.finalize();
  const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "canvas",
    container: place,
    hover: true,
    logLevel: vega.Error,
  });
  drawn.set(place, { view, libraries, spec });
  await view.runAsync();
  return view;
}

/** Takes away what was drawn. */
export function forget(place) {
  drawn.get(place)?.view.finalize();
  drawn.delete(place);
}

async function again() {
  for (const [place, { libraries, spec }] of [...drawn]) {
    if (place.isConnected) await draw(place, libraries, spec);
    else forget(place);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
let pending;
addEventListener("resize", () => {
  clearTimeout(pending);
  pending = setTimeout(again, 150);
});
