// Answering: the draft is kept on this device with the photos that go with it, words are checked while they are written, quick replies are found by a few letters, and what
// was written meanwhile is seen before anything is sent.
import { say } from "/assets/page/words.js";
import { notice } from "/assets/page/notice.js";
import { refresh, soon } from "/assets/page/fragment.js";
import { draft } from "/assets/workbench/draft.js";
import { photos } from "/assets/workbench/photos.js";

const reading = 1200; // ms until a line that has just come in counts as read

export function answer(form, me, whole) {
  const text = form.elements.text, seen = form.elements.seen, key = form.elements.key;
  const hits = document.getElementById("hits"), anyway = document.getElementById("anyway");
  const find = document.getElementById("find"), picks = document.getElementById("picks"), keptLine = document.getElementById("draft-kept");
  const kept = draft(me, form.action);
  let timer, checked = 0;

  // A box that was unticked stays so when its part of the page is read anew.
  const unticked = new Set();
  document.addEventListener("change", (ev) => { const box = ev.target; if (box.type === "checkbox" && box.id) box.checked ? unticked.delete(box.id) : unticked.add(box.id); });
  document.addEventListener("fragment", (ev) => { for (const id of unticked) { const box = ev.target.querySelector(`#${CSS.escape(id)}`); if (box) box.checked = false; } });

  const place = () => document.querySelector("#talk [data-place]")?.dataset.place ?? "";
  const read = () => { if (!document.hidden) seen.value = place(); };
  document.addEventListener("fragment", (ev) => { if (ev.target.id === "talk") { clearTimeout(timer); timer = setTimeout(read, reading); } else if (ev.target.id === "picks") narrow(); });
  document.addEventListener("visibilitychange", () => { clearTimeout(timer); timer = setTimeout(read, reading); });

  function show(found, detail) {
    const lines = [];
    if (detail) { const p = document.createElement("p"); p.className = "notice bad"; p.textContent = detail; lines.push(p); }
    if (found.length > 0) {
      const p = document.createElement("p");
      p.append(say("forbidden"), " ");
      for (const hit of found) { const b = document.createElement("span"); b.className = "badge bad"; b.textContent = hit.text; b.title = hit.name; p.append(b, " "); }
      lines.push(p);
    }
    hits.replaceChildren(...lines);
    anyway.hidden = found.length === 0;
    if (found.length === 0) anyway.querySelector("input").checked = false;
  }

  const check = soon(async () => {
    const mine = ++checked;
    if (text.value.trim() === "") { show([]); return; }
    try {
      const got = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams({ text: text.value }), headers: { "x-fragment": "1" }, credentials: "same-origin" });
      if (got.ok && mine === checked) show((await got.json()).hits ?? []);
    } catch { /* sending checks once more */ }
  }, 300);

  const save = () => { if (kept.put(text.value, key.value, shots.all())) keptLine.textContent = text.value ? say("kept") : ""; };
  const keep = soon(save, 400);
  const shots = photos(form, { trouble: (why) => notice(why, "bad"), changed: (said) => { save(); if (said) keptLine.textContent = said; } });

  text.addEventListener("input", () => { check(); keep(); });

  // Nobody tells of a delivery: after something was sent the page looks for a minute whether it has arrived.
  let looks = 0;
  setInterval(() => {
    const waits = document.querySelector("#talk .delivery:is(.pending, .queued, .unsent, .unread)");
    if (looks > 0 && waits && !document.hidden) { looks--; refresh(document.getElementById("talk")); }
  }, 3000);

  form.addEventListener("submit", async (ev) => {
    ev.preventDefault();
    const button = form.querySelector("button.primary");
    if (button.disabled) return;
    button.disabled = true;
    await shots.ready();
    const sent = text.value, shown = shots.all(), fields = new FormData(form);
    fields.delete("photos"); // they are there already
    save(); // with its key, so that it is sent once even when the page is left before the answer comes
    try {
      const got = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers: { "x-fragment": "1" }, credentials: "same-origin" });
      const told = /json/.test(got.headers.get("content-type") ?? "") ? await got.json() : {};
      if (got.ok) {
        if (text.value.startsWith(sent)) text.value = text.value.slice(sent.length).trimStart(); // what was written meanwhile stays
        looks = 20;
        shots.drop(shown);
        key.value = told.key;
        save();
        show([]);
        if (text.value !== "") check();
      } else {
        show(told.hits ?? [], told.detail || say("failed"));
        if (told.refused === "no-photo") { shots.drop(shown); key.value += "-again"; save(); }
        if (told.refused === "conflict") { key.value += "-again"; save(); } // the key was used for other words
        if (told.refused === "news") setTimeout(read, reading);
      }
    } catch {
      notice(say("failed"), "bad"); // the same key makes sure that it is sent once
    }
    button.disabled = false;
    text.focus();
    whole();
  });
  text.addEventListener("keydown", (ev) => {
    if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey) && !ev.isComposing) { ev.preventDefault(); form.requestSubmit(); }
    if (ev.key === "/" && text.value === "" && find) { ev.preventDefault(); document.getElementById("quick").open = true; find.focus(); }
  });

  function insert(words) {
    const from = text.selectionStart ?? text.value.length;
    text.setRangeText(words, from, text.selectionEnd ?? from, "end");
    text.focus();
    text.dispatchEvent(new Event("input"));
  }
  picks?.addEventListener("click", (ev) => {
    const pick = ev.target.closest("a[data-insert]");
    if (!pick) return;
    ev.preventDefault();
    insert(pick.dataset.insert);
    if (find) { find.value = ""; narrow(); }
  });

  function narrow() {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const li of picks.querySelectorAll(".pick")) {
      const of = li.dataset.find.toLowerCase();
      li.hidden = !wanted.every((word) => of.includes(word));
    }
  }
  const shown = () => [...picks.querySelectorAll(".pick:not([hidden]) a[data-insert]")];
  find?.addEventListener("input", narrow);
  find?.addEventListener("keydown", (ev) => {
    if (ev.key === "Enter" && !ev.isComposing) { ev.preventDefault(); shown()[0]?.click(); }
    if (ev.key === "ArrowDown") { ev.preventDefault(); shown()[0]?.focus(); }
  });
  picks?.addEventListener("keydown", (ev) => {
    const all = shown(), at = all.indexOf(document.activeElement);
    if (at < 0) return;
    if (ev.key === "ArrowDown") { ev.preventDefault(); all[Math.min(at + 1, all.length - 1)].focus(); }
    if (ev.key === "ArrowUp") { ev.preventDefault(); at === 0 ? find.focus() : all[at - 1].focus(); }
  });

  return {
    begin() {
      if (find) find.hidden = false;
      const found = kept.get();
      if (found && text.value === "") { text.value = found.text; key.value = found.key || key.value; shots.put(found.photos ?? []); keptLine.textContent = say("kept"); check(); }
    },
  };
}
