/**
 * The SPARQL editor: YASGUI's editor in the place of the form's field, and its views of the answer, with own ones for
 * tables, charts and graphs. Without this script the form works alone.
 */

import { registerCompleters } from "./editor_completion.js";
import { ChartView } from "./result_chart.js";
import { GraphView } from "./result_graph.js";
import { element } from "./result_rows.js";
import { TableView } from "./result_table.js";

const root = document.querySelector("[data-editor]");
const { answers, terms: termsAddress, search, seconds, ...libraries } = root.dataset;
const form = root.querySelector("form");
const field = form.elements.query;
const [run, stop, tidy, state] = ["run", "stop", "tidy", "state"].map((name) => root.querySelector(`[data-${name}]`));
const place = root.querySelector("[data-answer]");
let asking = null;
let marked = [];

const [{ Yasgui }, terms] = await Promise.all([
  import(libraries.yasgui),
  fetch(termsAddress).then((response) => (response.ok ? response.json() : { prefixes: {}, classes: [], properties: [] })),
]);
const { Yasqe, Yasr } = Yasgui;

const frame = element("div", "", { class: "code-editor" });
field.before(frame);
field.hidden = true;
field.required = false; // what is hidden cannot be pointed at; the service says what is missing
const yasqe = new Yasqe(frame, {
  value: field.value.replace(/\s+$/, "\n"),
  persistenceId: null,
  consumeShareLink: null,
  prefixCcApi: null,
  showQueryButton: false,
  resizeable: false,
  editorHeight: "auto",
  screenReaderLabel: "Query",
  autocompleters: registerCompleters(Yasqe, terms, search),
  extraKeys: { "Ctrl-Enter": ask, "Cmd-Enter": ask, "Ctrl-S": false, Tab: false, "Shift-Tab": false },
});
yasqe.on("change", () => {
  field.value = yasqe.getValue();
  unmark();
});
document.querySelector('label[for="query"]')?.addEventListener("click", () => yasqe.focus());

Yasr.plugins = { table: TableView, chart: ChartView, graph: GraphView, boolean: Yasr.plugins.boolean };
Yasr.defaults.plugins = Object.fromEntries(Object.keys(Yasr.plugins).map((name) => [name, { enabled: true }]));
const yasr = new Yasr(place.appendChild(element("div", "", { hidden: "" })), {
  persistenceId: null,
  maxPersistentResponseSize: 0,
  pluginOrder: ["table", "chart", "graph", "boolean"],
  prefixes: terms.prefixes,
});
yasr.libraries = libraries;

function unmark() {
  marked.forEach((clear) => clear());
  marked = [];
  root.querySelector("#problem")?.remove();
}

/** Puts what is wrong where it is. */
function mark({ detail, line, column }) {
  const told = element("p", detail, { id: "problem", class: "wrong", role: "alert" });
  frame.after(told);
  if (!line) return;
  const document_ = yasqe.getDoc();
  const at = { line: Math.min(line, document_.lineCount()) - 1, ch: Math.max(0, (column ?? 1) - 1) };
  const end = Math.max(at.ch + 1, yasqe.getTokenAt({ line: at.line, ch: at.ch + 1 }).end);
  const handle = document_.addLineClass(at.line, "background", "wrong-line");
  const text = document_.markText(at, { line: at.line, ch: end }, { className: "wrong-text" });
  marked = [() => document_.removeLineClass(handle, "background", "wrong-line"), () => text.clear()];
  document_.setCursor(at);
}

function busy(is) {
  run.disabled = is;
  stop.hidden = !is;
  if (is) state.textContent = "Asking …";
}

/** @param {number} time milliseconds */
function show(answer, time) {
  const count = answer.results?.bindings.length;
  const rows = count === undefined ? "" : `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}${answer.cut ? ", the first of more" : ""} in `;
  state.textContent = `${rows}${(time / 1000).toLocaleString("en", { maximumFractionDigits: 2, minimumFractionDigits: 2 })} s`;
  place.querySelector("[data-first]")?.remove();
  yasr.rootEl.parentElement.hidden = false;
  yasr.answer = answer;
  yasr.setResponse({ data: JSON.stringify(answer), contentType: "application/sparql-results+json", status: 200, executionTime: time });
}

async function ask() {
  const query = yasqe.getValue();
  asking?.abort();
  const mine = (asking = new AbortController());
  unmark();
  busy(true);
  const begun = performance.now();
  const address = new URLSearchParams({ query });
  try {
    const response = await fetch(`${answers}?${address}`, { headers: { Accept: "application/json" }, signal: mine.signal });
    const told = await response.json();
    if (response.ok) {
      history.replaceState(null, "", `${form.action}?${address}`);
      show({ ...told.result, cut: told.cut, names: told.names }, performance.now() - begun);
    } else {
      state.textContent = response.status === 504 ? `Stopped after ${seconds} s, the time that a query has.` : "";
      mark(told);
    }
  } catch (error) {
    state.textContent = error.name === "AbortError" ? "Stopped." : "";
    if (error.name !== "AbortError") mark({ detail: "The service cannot be reached, or the query is too long for an address; try again." });
  } finally {
    if (asking === mine) busy(false);
  }
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return; // to /sparql, which answers with a file
  event.preventDefault();
  ask();
});
stop.addEventListener("click", () => asking?.abort());
tidy.hidden = root.querySelector("[data-keys]").hidden = false;
tidy.addEventListener("click", () => yasqe.autoformat());
root.toggleAttribute("data-ready", true);
if (place.querySelector("[data-first]")) ask();
