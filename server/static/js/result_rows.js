/** An answer as rows of cells that a reader can look at. */

/** @typedef {{text: string, address: string | null, value: string | number, number: boolean, language: string | null, iri: string | null}} Cell */
/** @typedef {{variables: string[], rows: (Cell | null)[][], cut: boolean}} Rows */

const NUMBERS = /#(integer|decimal|double|float|int|long|short|byte|(nonNegative|positive|negative|nonPositive)Integer|unsigned\w+|gYear)$/;
const FOLLOWED = /^https?:\/\//;

/** What a term is called: by its name in the graph, by a prefix, or in full. */
function named(iri, names, prefixes) {
  if (names[iri]) return names[iri].label;
  const found = Object.entries(prefixes).find(([, namespace]) => iri.startsWith(namespace) && /^[\w.-]+$/.test(iri.slice(namespace.length)));
  return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
}

/** @returns {Cell | null} */
function cell(term, names, prefixes) {
  if (!term) return null;
  const { type, value } = term;
  if (type === "uri") {
    const address = names[value]?.page ?? (FOLLOWED.test(value) ? value : null);
    const text = named(value, names, prefixes);
    return { text, address, value: text, number: false, language: null, iri: value };
  }
  const number = type === "literal" && NUMBERS.test(term.datatype ?? "") && Number.isFinite(Number(value));
  const text = type === "bnode" ? `_:${value}` : value;
  return { text, address: null, value: number ? Number(value) : text, number, language: term["xml:lang"] ?? null, iri: type === "bnode" ? text : null };
}

/** @returns {Rows} */
export function rowsOf(answer, prefixes) {
  const variables = answer.head.vars ?? [];
  const names = answer.names ?? {};
  const bindings = answer.results?.bindings ?? [];
  return { variables, rows: bindings.map((row) => variables.map((name) => cell(row[name], names, prefixes))), cut: Boolean(answer.cut) };
}

/** An element with a text and attributes. */
export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  return made;
}
