/**
 * Lets a reader sort tables by their columns: numbers by value, texts as a dictionary has them, what is empty last.
 * A table takes part by `data-sortable`; a second click turns the order, a third one brings back that of the answer.
 */

const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const NEXT = { none: "descending", descending: "ascending", ascending: "none" };

/** @param {HTMLTableCellElement | undefined} cell */
function valueOf(cell) {
  const text = cell?.textContent.trim() ?? "";
  return cell?.classList.contains("number") ? Number(text.replaceAll(",", "")) : text;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return order.compare(String(one), String(other));
}

/** @param {HTMLTableElement} table */
export function sortable(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];

  function sort(column, direction) {
    const sign = direction === "ascending" ? 1 : -1;
    const keyed = rows.map((row) => [valueOf(row.cells[column]), row]);
    const empty = ([value]) => value === "" || Number.isNaN(value);
    if (direction !== "none") keyed.sort((one, other) => empty(one) - empty(other) || sign * compare(one[0], other[0]));
    body.append(...keyed.map(([, row]) => row));
    heads.forEach((head, place) => head.setAttribute("aria-sort", place === column ? direction : "none"));
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(column, NEXT[head.getAttribute("aria-sort")]));
  });
}

for (const table of document.querySelectorAll("table[data-sortable]")) sortable(table);
