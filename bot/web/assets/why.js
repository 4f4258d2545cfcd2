// Why an answer is what it is: the trace of one turn, as the engine derives it.

import { byId, el, spot, time, word } from "./dom.js";

const percent = (score) => `${Math.round(score * 100)} %`;

function intent(p) {
  const name = p.topic ? `${p.name}.${p.topic}` : p.name;
  return el("li", { class: "intent" },
    el("div", { class: "intent-head" }, el("code", {}, name), el("span", {}, percent(p.score))),
    el("meter", { min: 0, max: 1, value: p.score, "aria-label": `${name} ${percent(p.score)}` }),
    (p.evidence ?? []).length
      ? el("div", { class: "evidence", role: "group", "aria-label": word("evidence") }, p.evidence.slice(0, 8).map((e) =>
        el("span", { class: e.weight < 0 ? "against" : "for", title: e.kind }, `${e.weight < 0 ? "−" : "+"} ${e.text}`)))
      : null);
}

function values(map) {
  const entries = Object.entries(map ?? {});
  if (!entries.length) return null;
  return el("dl", { class: "values", "aria-label": word("values") },
    entries.map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)]).flat());
}

function considered(c) {
  return el("li", { class: c.fits ? "rule fits" : "rule" },
    el("div", { class: "rule-head" },
      el("span", { class: "mark", "aria-hidden": "true" }, c.fits ? "✓" : "✗"),
      el("code", {}, c.rule),
      el("span", { class: "verdict" }, word(c.fits ? "fits" : "not_fits"))),
    c.error ? el("div", { class: "because" }, el("code", {}, c.error)) : null,
    c.fits || !c.because ? null : el("div", { class: "because" }, el("span", {}, word("because")), el("code", {}, c.because)),
    values(c.values));
}

function winner(a) {
  return el("div", { class: "winner" },
    el("span", { class: "label" }, word("winner")),
    el("code", { class: "ruleid" }, a.rule),
    el("span", { class: "place" }, a.file ? spot(a) : word("built_in")));
}

// rulesRead shows the first rules that were read; a long list is folded.
function rulesRead(d) {
  const read = d.considered ?? [];
  if (!read.length) return null;
  const rest = read.slice(6);
  return el("div", {},
    el("h3", {}, `${word("rules_read")}${d.intent ? ` · ${d.intent}` : ""}${d.rule ? "" : ` · ${word("no_rule")}`}`),
    el("ol", { class: "rules" }, read.slice(0, 6).map(considered)),
    rest.length
      ? el("details", {}, el("summary", {}, `${word("others")}（${rest.length}）`), el("ol", { class: "rules" }, rest.map(considered)))
      : null);
}

function heard(trace) {
  const facts = [];
  if (trace.mood && trace.mood !== "calm") facts.push([word("mood"), trace.mood]);
  if (trace.risk && trace.risk !== "none") facts.push([word("risk"), trace.risk]);
  if ((trace.negated ?? []).length) facts.push([word("negated"), trace.negated.join(" ")]);
  for (const e of trace.entities ?? []) facts.push([word("entities"), `${e.type} = ${e.value}`]);
  return [
    el("h3", {}, word("intents")),
    (trace.intents ?? []).length ? el("ul", { class: "intents" }, trace.intents.map(intent)) : el("p", { class: "empty" }, word("no_intents")),
    facts.length ? el("dl", { class: "facts" }, facts.map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)]).flat()) : null,
  ];
}

export function show(trace, line, zone) {
  byId("why").replaceChildren(...[
    el("p", { class: "event" }, el("strong", {}, word(`event_${trace.event}`)), ` ${time(trace.at, zone)} `,
      line?.text ? el("q", {}, line.text) : null),
    ...(trace.answered ?? []).map(winner),
    trace.event === "message" ? el("div", {}, ...heard(trace).filter(Boolean)) : null,
    ...(trace.decisions ?? []).map(rulesRead),
    (trace.decisions ?? []).length ? null : el("p", { class: "empty" }, word("no_rules_read")),
    (trace.notes ?? []).length ? el("div", {}, el("h3", {}, word("notes")), el("ul", { class: "notes" }, trace.notes.map((n) => el("li", {}, n)))) : null,
    el("p", { class: "small" }, word("replayed")),
  ].filter(Boolean));
  for (const b of document.querySelectorAll(".whybutton")) {
    b.setAttribute("aria-pressed", String(b.dataset.turn === trace.trace_id));
  }
}

export function clear() {
  byId("why").replaceChildren(el("p", { class: "empty" }, word("why_empty")));
}
