/** Suggestions under the search fields, those with `data-suggest`: a suggestion leads to the page of what it names. */

import { suggesting } from "./combobox.js";

const HEADINGS = { paper: "Papers", author: "Authors", institution: "Institutions", concept: "Concepts", venue: "Venues" };

/** Things that are called like a text, by kind. @param {string} address @param {string} text @param {AbortSignal} signal */
export async function suggestions(address, text, signal) {
  const response = await fetch(`${address}?${new URLSearchParams({ q: text })}`, { signal });
  if (!response.ok) return [];
  const { groups } = await response.json();
  return groups.map(({ kind, hits }) => ({ heading: HEADINGS[kind] ?? kind, kind, options: hits }));
}

for (const field of document.querySelectorAll("input[data-suggest]")) {
  suggesting(
    field,
    (text, signal) => suggestions(field.dataset.suggest, text, signal),
    ({ page, label }) => {
      if (page) return location.assign(page);
      field.value = label;
      field.form.requestSubmit();
    },
  );
}

// As on many sites, a slash leads to the search field.
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("input[data-suggest]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
