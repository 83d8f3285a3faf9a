/** The view of an answer as a table: a page of rows at a time, sorted and filtered as the reader likes. */

import { element, rowsOf } from "./result_rows.js";

const PAGE = 100;
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(one, other) {
  if (!one || !other) return 0;
  return one.number && other.number ? one.value - other.value : order.compare(one.text, other.text);
}

function shown(cell) {
  const made = element("td", "", { class: cell?.number ? "number" : null });
  if (cell) made.append(element(cell.address ? "a" : "span", cell.text, { href: cell.address, dir: "auto", lang: cell.language, title: cell.iri }));
  return made;
}

export class TableView {
  priority = 10;
  label = "Table";

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return Boolean(this.yasr.answer?.results);
  }

  getIcon() {}

  draw() {
    const { variables, rows } = rowsOf(this.yasr.answer, this.yasr.getPrefixes());
    const state = { page: 0, column: -1, direction: "none", words: "" };
    const table = element("table");
    const head = table.createTHead().insertRow();
    const body = table.createTBody();
    const find = element("input", "", { type: "search", "aria-label": "Rows that hold", placeholder: "Rows that hold …" });
    const pages = element("nav", "", { class: "pages", "aria-label": "Rows" });

    const chosen = () => {
      const words = state.words.toLowerCase();
      const found = words ? rows.filter((row) => row.some((cell) => cell?.text.toLowerCase().includes(words))) : [...rows];
      if (state.direction === "none") return found;
      const sign = state.direction === "ascending" ? 1 : -1;
      const { column } = state;
      return found.sort((one, other) => !one[column] - !other[column] || sign * compare(one[column], other[column]));
    };
    const fill = () => {
      const found = chosen();
      const first = state.page * PAGE;
      body.replaceChildren(
        ...found.slice(first, first + PAGE).map((row) => {
          const made = element("tr");
          made.append(...row.map(shown));
          return made;
        }),
      );
      [...head.cells].forEach((cell, place) => cell.setAttribute("aria-sort", place === state.column ? state.direction : "none"));
      const turn = (label, by, possible) => {
        const button = element("button", label, { type: "button", class: "plain-button" });
        button.disabled = !possible;
        button.addEventListener("click", () => {
          state.page += by;
          fill();
        });
        return button;
      };
      const last = Math.min(first + PAGE, found.length);
      const place = element("span", `${found.length ? first + 1 : 0} to ${last} of ${found.length.toLocaleString("en")}`, { "aria-live": "polite" });
      pages.replaceChildren(turn("Earlier", -1, first > 0), place, turn("Later", 1, last < found.length));
      pages.hidden = rows.length <= PAGE && !state.words;
    };

    variables.forEach((name, column) => {
      const number = rows.some((row) => row[column]?.number);
      const cell = element("th", "", { scope: "col", class: number ? "number" : null });
      const button = element("button", name, { type: "button", class: "sort" });
      button.addEventListener("click", () => {
        state.direction = state.column === column ? NEXT[state.direction] : "ascending";
        state.column = column;
        state.page = 0;
        fill();
      });
      cell.append(button);
      head.append(cell);
    });
    find.addEventListener("input", () => {
      state.words = find.value.trim();
      state.page = 0;
      fill();
    });
    fill();
    const frame = element("div", "", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" });
    frame.append(table);
    const empty = element("p", "Nothing in the graph answers this.");
    this.yasr.resultsEl.replaceChildren(...(rows.length ? [...(rows.length > 10 ? [find] : []), frame, pages] : [empty]));
  }
}
