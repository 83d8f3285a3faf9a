/**
 * Fields that take a thing, below an element with `data-pick` (the kinds that fit, with spaces between): one types a name and
 * chooses among what is called so. The form sends the IRI; the field shows the name. Without this script one types a name
 * or a key, and the server asks what is meant.
 */

import { suggesting } from "./combobox.js";
import { suggestions } from "./search.js";

/** The field says `label`, and the form sends `iri` in its place until something else is typed. */
function pick(field, label, iri) {
  const { name } = field;
  const sent = document.createElement("input");
  Object.assign(sent, { type: "hidden", name, value: iri });
  field.removeAttribute("name");
  field.value = label;
  field.after(sent);
  field.addEventListener("input", () => {
    sent.remove();
    field.name = name;
  }, { once: true });
}

for (const place of document.querySelectorAll("[data-pick]")) {
  const field = place.querySelector("input");
  const kinds = place.dataset.pick.split(" ");
  const ask = async (text, signal) => {
    const groups = await suggestions(place.dataset.suggestions, text, signal);
    return groups.filter(({ kind }) => kinds.includes(kind));
  };
  if (field.dataset.label) pick(field, field.dataset.label, field.value);
  suggesting(field, ask, ({ label, iri }) => {
    pick(field, label, iri);
    const empty = [...field.form.querySelectorAll("[data-pick] input[type=search]")].find((other) => !other.value);
    if (empty) empty.focus();
    else field.form.requestSubmit();
  });
}
