// What every page does: times in the reader's own zone or a word on whose they are, copy buttons, questions before what cannot be undone, and no form sent twice.
import { say } from "/assets/page/words.js";
import { notice } from "/assets/page/notice.js";

const lang = document.documentElement.lang;
const format = new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" });

// localise writes the times in a part of the page as the reader's own clock shows them.
export function localise(root) {
  for (const el of root.querySelectorAll("time[data-local]")) {
    const at = new Date(el.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    el.textContent = format.format(at);
    el.title = at.toISOString();
  }
  for (const el of root.querySelectorAll("button.copy[data-copy]")) el.hidden = false;
  const ahead = -new Date().getTimezoneOffset();
  for (const el of root.querySelectorAll("[data-zone]")) el.hidden = Number(el.dataset.zone) === ahead; // it goes without saying
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // there on https and on this machine only
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.addEventListener("click", async (ev) => {
  const button = ev.target.closest?.("button.copy[data-copy]");
  if (!button) return;
  const done = await copy(button.dataset.copy);
  notice(say(done ? "copied" : "copyfailed"), done ? "good" : "bad");
  button.focus();
});

document.addEventListener("submit", (ev) => {
  const form = ev.target;
  const question = ev.submitter?.dataset.ask ?? form.dataset.ask;
  if (question && !window.confirm(question)) { ev.preventDefault(); return; }
  if (form.method !== "post" || ev.defaultPrevented) return;
  if (form.dataset.sent) { ev.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => { // a page that comes back from the browser's memory may send its forms again
  for (const form of document.forms) delete form.dataset.sent;
});
document.addEventListener("fragment", (ev) => localise(ev.target));
document.addEventListener("keydown", (ev) => { // the menu of the header closes as menus do
  const open = document.querySelector("details.look[open]");
  if (ev.key === "Escape" && open) { open.open = false; open.querySelector("summary").focus(); }
});
// In a frame that shows the page beside others, the page around it has the navigation.
if (window.frameElement?.dataset.within === "1") document.documentElement.classList.add("within");
localise(document);
