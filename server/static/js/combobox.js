/**
 * Suggestions under a field while one types: a combobox with a list, as the ARIA Authoring Practices describe it.
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 *
 * Every search field has it by search.js; any other field that names a thing can have it by calling `suggesting`.
 */

/** @typedef {{label: string, detail?: string, page?: string | null, iri?: string, kind?: string}} Option */
/** @typedef {{heading: string, kind?: string, options: Option[]}} Group */

const WAIT = 120; // milliseconds without a key
const SHORTEST = 2;
const LONGEST_LABEL = 300;

let made = 0;

/** @param {string} name @param {Record<string, string>} attributes @param {string} [text] */
function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {HTMLInputElement} field
 * @param {(text: string, signal: AbortSignal) => Promise<Group[]>} ask
 * @param {(option: Option) => void} choose what becomes of an option that was chosen
 */
export function suggesting(field, ask, choose) {
  const list = element("div", { id: `suggestions-${++made}`, role: "listbox", class: "suggestions", hidden: "", "aria-label": "Suggestions" });
  const said = element("span", { class: "hidden", role: "status" });
  const place = element("span", { class: "suggesting" });
  field.before(place);
  place.append(field, list, said);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) field.setAttribute(name, value);

  /** @type {{node: HTMLElement, option: Option}[]} */
  let options = [];
  let active = -1;
  let waiting = 0;
  let asking = new AbortController();

  function close() {
    clearTimeout(waiting);
    asking.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(number) {
    options[active]?.node.setAttribute("aria-selected", "false");
    active = number;
    const chosen = options[active]?.node;
    if (!chosen) return field.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  /** @param {Group[]} groups */
  function show(groups) {
    const chosen = options[active]?.option;
    options = [];
    list.replaceChildren(...groups.map(({ heading, kind, options: found }, place) => {
      const group = element("div", { role: "group", "aria-labelledby": `${list.id}-group-${place}`, class: kind ?? "" });
      group.append(element("p", { id: `${list.id}-group-${place}`, class: "eyebrow" }, heading));
      for (const option of found) {
        const node = element("div", { id: `${list.id}-${options.length}`, role: "option", "aria-selected": "false", dir: "auto" });
        node.append(element("span", {}, option.label.slice(0, LONGEST_LABEL)), " ");
        if (option.detail) node.append(element("span", { class: "small" }, option.detail.slice(0, LONGEST_LABEL)));
        options.push({ node, option });
        group.append(node);
      }
      return group;
    }));
    // Who has chosen one before the last answer came keeps it, if that has it as well.
    activate(chosen ? options.findIndex(({ option }) => option.iri === chosen.iri && option.label === chosen.label) : -1);
    list.hidden = options.length === 0;
    field.setAttribute("aria-expanded", String(options.length > 0));
    said.textContent = options.length ? `${options.length} suggestions` : "";
  }

  async function update() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const text = field.value.trim();
    if (text.length < SHORTEST) return show([]);
    try {
      const groups = await ask(text, signal);
      if (!signal.aborted && document.activeElement === field) show(groups);
    } catch {
      if (!signal.aborted) show([]); // the form works without suggestions
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = options.length - 1;
    if (list.hidden) {
      if (event.key === "ArrowDown" && field.value.trim().length >= SHORTEST) update();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const down = event.key === "ArrowDown";
      activate(down ? (active === last ? -1 : active + 1) : active === -1 ? last : active - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      const { option } = options[active];
      close();
      choose(option);
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would forget what was typed
      close();
    } else if (event.key === "Tab") close();
  });
  field.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const found = options.find(({ node }) => node.contains(/** @type {Node} */ (event.target)));
    if (!found) return;
    close();
    choose(found.option);
  });
}
