// The demo page: one session, its clock, and the three panes.

import * as api from "./api.js";
import * as chat from "./chat.js";
import * as desk from "./desk.js";
import * as why from "./why.js";
import { byId, time, word } from "./dom.js";

let view = null;
let tray = "";
let poll = 0;
let fetched = 0; // when the view came, to let the clock run between calls

const on = {
  why: (turn) => explain(turn, true),
  say: (text) => run(() => api.send(view.session, { text })),
  send: (message) => {
    document.querySelector(`[data-tray="${tray}"]`)?.focus(); // what had the focus is about to go
    openTray("");
    run(() => api.send(view.session, message));
  },
};

// run does one thing and shows what came of it. A session that has ended is begun anew.
async function run(what) {
  document.body.classList.add("busy");
  alertUser("");
  try {
    show(await what());
  } catch (error) {
    if (error.status === 404 && view) {
      alertUser(word("ended"));
      show(await api.begin(byId("shop").value));
    } else {
      alertUser(error instanceof api.Problem ? `${word("error")}: ${error.message}` : word("offline"));
    }
  } finally {
    document.body.classList.remove("busy");
  }
}

function alertUser(text) {
  byId("alert").hidden = !text;
  byId("alert").textContent = text;
}

function show(next) {
  view = next;
  fetched = Date.now();
  remember();
  const fresh = chat.show(view, on);
  chat.chips(view, on);
  desk.show(view);
  tellTime();
  // Each new answer is explained at once; what the agent did explains itself.
  const turns = fresh.filter((l) => l.turn && (l.from === "bot" || l.note === "silent"));
  if (turns.length) explain(turns.at(-1).turn, false);
  schedule();
}

// schedule looks again when the next timer falls due, and now and then besides.
function schedule() {
  clearTimeout(poll);
  const due = view.due ? new Date(view.due) - new Date(view.now) + 500 : Infinity;
  poll = setTimeout(() => {
    if (document.hidden) schedule();
    else run(() => api.look(view.session));
  }, Math.max(1000, Math.min(due, 60000)));
}

let explaining = 0;

// explain shows the trace of one turn; an answer that comes after a later question is not shown.
async function explain(turn, asked) {
  const mine = ++explaining;
  try {
    const trace = await api.why(view.session, turn);
    chat.place(turn, trace);
    if (mine !== explaining) return;
    const line = view.lines.find((l) => l.turn === turn && l.from === "buyer");
    why.show(trace, line, view.shop.zone);
  } catch {
    why.clear();
  }
  if (asked) {
    tab("why");
    byId("h-why").focus({ preventScroll: true });
  }
}

function tellTime() {
  if (!view) return;
  const now = new Date(new Date(view.now).getTime() + Date.now() - fetched);
  const text = time(now, view.shop.zone, true);
  if (byId("now").textContent !== text) byId("now").textContent = text;
}

function openTray(kind) {
  tray = kind === tray ? "" : kind;
  byId("tray").hidden = !tray;
  byId("tray").replaceChildren(...(tray ? chat.tray(tray, view, on) : []));
  for (const b of document.querySelectorAll("[data-tray]")) b.setAttribute("aria-expanded", String(b.dataset.tray === tray));
}

function tab(name) {
  document.body.dataset.view = name;
  for (const b of document.querySelectorAll("[data-tab]")) b.setAttribute("aria-pressed", String(b.dataset.tab === name));
}

function remember() {
  sessionStorage.setItem("session", view.session);
  sessionStorage.setItem("shop", view.shop.id);
}

function begin(shop) {
  openTray("");
  why.clear();
  return run(() => api.begin(shop));
}

async function start() {
  const session = sessionStorage.getItem("session");
  const shop = sessionStorage.getItem("shop");
  if (shop) byId("shop").value = shop;
  if (session) {
    try {
      show(await api.look(session));
      return;
    } catch {
      // It has ended: begin anew.
    }
  }
  await begin(byId("shop").value || byId("shop").options[0].value);
}

byId("composer").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = byId("text").value.trim();
  if (!text) return;
  byId("text").value = "";
  on.say(text);
});
byId("say").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = byId("say-text").value.trim();
  if (!text) return;
  byId("say-text").value = "";
  run(() => api.act(view.session, { act: "say", text, name: word("agent_name") }));
});
byId("shop").addEventListener("change", (e) => begin(e.target.value));
byId("restart").addEventListener("click", () => begin(byId("shop").value));
for (const b of document.querySelectorAll("[data-clock]")) b.addEventListener("click", () => run(() => api.move(view.session, b.dataset.clock)));
for (const b of document.querySelectorAll("[data-act]")) {
  b.addEventListener("click", () => run(() => api.act(view.session, { act: b.dataset.act, name: word("agent_name") })));
}
for (const b of document.querySelectorAll("[data-tray]")) b.addEventListener("click", () => openTray(b.dataset.tray));
for (const b of document.querySelectorAll("[data-tab]")) b.addEventListener("click", () => tab(b.dataset.tab));
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && tray) {
    const opener = document.querySelector(`[data-tray="${tray}"]`);
    openTray("");
    opener.focus();
  }
});
new ResizeObserver(() => { byId("lines").scrollTop = byId("lines").scrollHeight; }).observe(byId("lines"));
setInterval(tellTime, 1000);
start();
