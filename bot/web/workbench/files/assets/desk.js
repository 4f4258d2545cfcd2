// The desk: clocks that run, a queue and a case that follow what happens, keys, and answering. All of it works without this script too, by forms and links.
import { listen } from "/assets/page/live.js";
import { paced, refresh, soon } from "/assets/page/fragment.js";
import { say } from "/assets/page/words.js";
import { notice } from "/assets/page/notice.js";
import { clocks } from "/assets/workbench/clock.js";
import { sound } from "/assets/workbench/sound.js";
import { keys } from "/assets/workbench/keys.js";
import { answer } from "/assets/workbench/answer.js";
import { forget } from "/assets/workbench/draft.js";

const bench = document.getElementById("bench");
const part = (id) => document.getElementById(id);
const beep = sound(part("sound"));
const title = document.title;
let fresh = 0;

// What is unfolded stays so when a part is read anew.
const unfolded = new Set();
document.addEventListener("toggle", (ev) => {
  const el = ev.target;
  if (el.id && el.tagName === "DETAILS" && el.closest("[data-fragment]")) el.open ? unfolded.add(el.id) : unfolded.delete(el.id);
}, true);
document.addEventListener("fragment", (ev) => {
  for (const id of unfolded) { const el = ev.target.querySelector(`#${CSS.escape(id)}`); if (el) el.open = true; }
  for (const box of ev.target.querySelectorAll("input[form=reassign]")) box.checked = picked.has(box.value);
  if (ev.target.id === "talk") talked();
});

// Cases that a lead has chosen stay chosen, and are so in each list in which they stand.
const picked = new Set();
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[form=reassign]")) return;
  target.checked ? picked.add(target.value) : picked.delete(target.value);
  for (const box of document.querySelectorAll("input[form=reassign]")) box.checked = picked.has(box.value);
});

const again = (id) => { const el = part(id); return el ? refresh(el) : Promise.resolve(false); };
const queue = paced(() => { again("queue"); again("lead"); }, 700);
const whole = soon(() => { again("talk"); again("file"); again("picks"); }, 60);

// The end of the conversation is in view unless the agent has scrolled up to read.
let atEnd = true;
function talked() {
  const lines = document.querySelector("#talk .lines");
  if (!lines) return;
  if (atEnd) lines.scrollTop = lines.scrollHeight;
  lines.addEventListener("scroll", () => { atEnd = lines.scrollTop + lines.clientHeight > lines.scrollHeight - 40; }, { passive: true });
  if (document.querySelector("#talk [data-state=closed]") && part("answer")) {
    if (part("text").value.trim() === "") location.reload();
  }
}

const form = part("answer");
const me = bench?.dataset.me ?? "";
if (me) forget(me);
const writing = form ? answer(form, me, whole) : null;
document.querySelector("form.leave")?.addEventListener("submit", () => forget(""));

// Forms of acts are sent without leaving the page, so that a draft stays where it is.
document.addEventListener("submit", async (ev) => {
  const act = ev.target;
  if (!act.matches("form.act, li.case-row form")) return;
  ev.preventDefault();
  const body = new URLSearchParams(new FormData(act, ev.submitter));
  const button = ev.submitter;
  if (button) button.disabled = true;
  try {
    const got = await fetch(act.action, { method: "POST", body, headers: { "x-fragment": "1" }, credentials: "same-origin" });
    const told = /json/.test(got.headers.get("content-type") ?? "") ? await got.json() : {};
    if (got.ok) {
      if (act.matches(".closing")) { location.reload(); return; }
      if (act.closest("li.case-row") && act.closest(".bench.alone")) { location.href = act.parentElement.querySelector("a").href; return; }
      notice(told.said || "✓", "good");
      for (const field of act.querySelectorAll("textarea")) field.value = "";
      if (act.elements.key && told.key) act.elements.key.value = told.key;
    } else {
      notice(told.detail || say("failed"), "bad");
      if (told.refused === "conflict" && act.elements.key) act.elements.key.value += "-again"; // the key was used for something else
    }
  } catch {
    notice(say("failed"), "bad");
  }
  if (button) button.disabled = false;
  whole();
  queue();
});

// hear takes one change of a case of this person's shops.
function hear(change) {
  queue();
  if (change.case === bench?.dataset.case && change.shop === bench.dataset.shop) {
    const before = document.querySelector("#talk .talk-head")?.dataset.agent ?? "";
    if (change.agent && change.agent !== before && change.agent !== bench.dataset.me) notice(say("taken", change.agent));
    whole();
  } else if (change.shop === bench?.dataset.shop && document.querySelector(`#file [data-sibling="${CSS.escape(change.case)}"]`)) again("file");
  if (!change.new) return;
  beep();
  notice(say("new", change.number));
  if (document.hidden || !document.hasFocus()) { fresh++; document.title = say("title", fresh, title); }
}
const seen = () => { if (!document.hidden) { fresh = 0; document.title = title; } };
window.addEventListener("focus", seen);
document.addEventListener("visibilitychange", seen);

if (bench) {
  clocks(Number(bench.dataset.now));
  const everything = () => { queue(); whole(); }; // at the beginning, too: something may have changed while the line was opened
  listen("/desk/live", { ready: everything, reset: everything, case: hear }, { who: me, onstate: (state) => { if (state === "lost") again("picks"); } }); // drafts are not on the page yet
  keys(part("help"), part("keys"));
  talked();
  if (writing) writing.begin();
}
