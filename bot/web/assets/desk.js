// The agent's side: who has the conversation, and the case as an agent would receive it.

import { byId, el, time, word } from "./dom.js";
import { orderCard, productCard } from "./chat.js";

const row = (name, value) => value ? [el("dt", {}, word(name)), el("dd", {}, value)] : [];

function transcript(lines, zone) {
  if (!lines?.length) return null;
  return el("details", {}, el("summary", {}, `${word("transcript")}（${lines.length}）`),
    el("ol", { class: "transcript" }, lines.map((l) => el("li", {},
      el("span", { class: "who" }, `${time(l.at, zone)} ${l.name || word(l.from)}`), ` ${l.text}${(l.images ?? []).map((i) => ` [${i}]`).join("")}`))));
}

function slots(map) {
  const entries = Object.entries(map ?? {});
  if (!entries.length) return null;
  return el("dl", { class: "values" }, entries.map(([k, v]) => [el("dt", {}, k), el("dd", {}, String(v))]).flat());
}

function handoff(h, kind, view, lines) {
  const zone = view.shop.zone;
  return el("article", { class: `case ${h.priority}` },
    el("h3", {}, `${word(kind)} #${h.number}`, el("span", { class: `priority ${h.priority}` }, word(`priority_${h.priority}`))),
    h.summary ? el("p", { class: "summary" }, h.summary) : null,
    el("dl", { class: "facts" },
      ...row("team", h.team), ...row("reason", h.reason), ...row("intent", h.intent),
      ...row("deadline", h.deadline && !h.deadline.startsWith("0001") ? time(h.deadline, zone, true) : ""),
      ...row("stage", h.stage), ...row("mood", h.mood === "calm" ? "" : h.mood), ...row("risk", h.risk === "none" ? "" : h.risk),
      ...row("agent", h.agent),
      ...row("slots", slots(h.slots)), ...row("photos", (h.images ?? []).join("、")),
      ...row("case_order", h.order ? orderCard(h.order) : h.product ? productCard(h.product) : null),
      ...row("open", (h.open ?? []).join("、")),
      ...row("promises", (h.promises ?? []).map((p) => `${p.what} → ${time(p.due, zone, true)}`).join("、")),
      ...row("offers", (h.offers ?? []).map((o) => `${o.kind} ${o.amount}`).join("、"))),
    (h.history ?? []).length
      ? el("details", {}, el("summary", {}, word("history")), el("ol", { class: "transcript" },
        h.history.map((c) => el("li", {}, el("span", { class: "who" }, `${time(c.at, zone)} ${c.who}`), ` ${c.what}`))))
      : null,
    transcript(h.transcript?.length ? h.transcript : lines, zone));
}

let drawn = "";

// show draws the desk when something on it has changed: what an agent has unfolded stays so.
export function show(view) {
  const now = JSON.stringify([view.session, view.status, view.case, view.tasks, view.transcript]);
  if (now === drawn) return;
  drawn = now;
  byId("status").textContent = word(`status_${view.status}`);
  byId("status").dataset.status = view.status;
  const cases = [];
  if (view.case) cases.push(handoff(view.case, "case", view, view.transcript));
  for (const t of view.tasks ?? []) cases.push(handoff(t, "task", view, null));
  byId("cases").replaceChildren(...(cases.length ? cases : [el("p", { class: "empty" }, word("no_case"))]));
  byId("badge").hidden = cases.length === 0;
  byId("badge").textContent = String(cases.length);
  const began = view.lines.some((l) => l.from === "buyer");
  const may = { claim: began && view.status !== "agent", release: view.status === "agent", resolve: view.status === "agent" || view.status === "waiting" };
  for (const b of document.querySelectorAll("[data-act]")) b.disabled = !may[b.dataset.act];
  byId("say-text").disabled = !began;
  byId("say").querySelector("button").disabled = !began;
}
