/**
 * The page of a thing: its papers are narrowed down and turned over in place, references are copied.
 *
 * The part with `data-papers` is fetched from the address that a form or a link of the page leads to, so that the server
 * alone says what it holds; without this script the same addresses load the whole page.
 */

const papers = () => document.querySelector("[data-papers]");

/** Put the papers of another address in the place of these. */
async function show(address, push) {
  const place = papers();
  place.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-papers]");
    if (!response.ok || !found) throw new Error(`${response.status}`);
    place.replaceWith(document.adoptNode(found));
    if (push) history.pushState({ papers: true }, "", address);
  } catch {
    location.assign(address); // the page as a whole says what is wrong
  }
}

/** The address that a form asks for, without what is left empty. */
function asked(form) {
  const values = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(values).toString();
  return `${location.pathname}${query ? `?${query}` : ""}#papers`;
}

/** Whether a click means to stay in this window. */
function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const href = link && (link.href.baseVal ?? link.href);
  if (!href) return;
  const target = new URL(href, location.href);
  const staysHere = target.pathname === location.pathname && target.hash === "#papers";
  if (!staysHere || !isPlain(event) || !papers()) return;
  event.preventDefault();
  show(target.href, true).then(() => {
    const heading = papers().querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    papers().scrollIntoView({ block: "start" });
  });
});

document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-papers]")) return;
  event.preventDefault();
  show(asked(event.target), true);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-papers] select")) event.target.form.requestSubmit();
});

addEventListener("popstate", () => {
  if (papers()) show(location.href, false);
});

/** A button that copies the text of an element. */
for (const block of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain-button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = "Selected: copy with Ctrl-C";
    }
  });
  block.after(button);
}
