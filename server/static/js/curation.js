/** Keys for the buttons of a link that waits, and how far the applying of decisions is. */

const POLL = 1000; // milliseconds

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  (found instanceof HTMLFormElement ? found.querySelector("button") : found).click();
});

/** @param {HTMLElement} section */
async function follow(section) {
  const text = section.querySelector("[data-progress-text]");
  const answer = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
  const told = answer.ok ? await answer.json() : { state: "failed" };
  if (told.state !== "running") return location.reload();
  text.textContent = `Being applied: ${told.step} …`;
  setTimeout(follow, POLL, section);
}

const section = document.querySelector('[data-state="running"]');
if (section) setTimeout(follow, POLL, section);
