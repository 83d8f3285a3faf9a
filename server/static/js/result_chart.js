/** The view of an answer as a chart of two of its columns. */

import { draw, forget, specification } from "./chart.js";
import { element, rowsOf } from "./result_rows.js";

const MARKS = { bar: "bars", line: "a line", point: "points" };

/** Whether numbers are years, whatever their column is called: counts of one answer seldom all lie among these, each once. */
const areYears = (values) => values.every((value) => Number.isInteger(value) && value >= 1800 && value <= 2100) && new Set(values).size === values.length;

/** Which columns to begin with: years across, else names down, along the first numbers. */
function choice(variables, numeric, data) {
  const numbers = variables.filter((name) => numeric.has(name));
  const looks = (name) => areYears(data.map((row) => row[name]));
  const years = numbers.find((name) => /year|date/i.test(name)) ?? (numbers.length > 1 ? numbers.find(looks) : undefined);
  const counts = variables.find((name) => numeric.has(name) && name !== years);
  const names = variables.findLast((name) => !numeric.has(name));
  if (years && counts) return { mark: "bar", x: years, y: counts, years };
  if (names && (counts ?? years)) return { mark: "bar", x: counts ?? years, y: names };
  return { mark: "point", x: variables[0], y: variables[1] ?? variables[0] };
}

export class ChartView {
  priority = 5;
  label = "Chart";

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    const { libraries, answer } = this.yasr;
    if (!libraries.vega || !answer?.results) return false;
    const { rows } = rowsOf(answer, {});
    return rows.some((row) => row.length > 1 && row.some((cell) => cell?.number));
  }

  getIcon() {}

  destroy() {
    if (this.place) forget(this.place);
  }

  draw() {
    const { variables, rows } = rowsOf(this.yasr.answer, this.yasr.getPrefixes());
    const numeric = new Set(variables.filter((_, column) => rows.some((row) => row[column]?.number)));
    const data = rows.map((row) => Object.fromEntries(variables.map((name, column) => [name, row[column]?.value ?? null])));
    const chart = choice(variables, numeric, data);
    this.place = element("div", "", { class: "drawn", role: "img", "aria-label": "Chart of the answer; its table says the same" });
    const redraw = () => draw(this.place, this.yasr.libraries, specification(chart, data));
    const select = (label, name, options) => {
      const field = element("select");
      field.append(...Object.entries(options).map(([value, text]) => element("option", text, { value })));
      field.value = chart[name];
      field.addEventListener("change", () => {
        chart[name] = field.value;
        redraw();
      });
      const labelled = element("label", `${label} `);
      labelled.append(field);
      return labelled;
    };
    const columns = Object.fromEntries(variables.map((name) => [name, name]));
    const fields = element("p", "", { class: "actions" });
    fields.append(select("Draw", "mark", MARKS), select("across", "x", columns), select("and up", "y", columns));
    this.yasr.resultsEl.replaceChildren(fields, this.place);
    return redraw();
  }
}
