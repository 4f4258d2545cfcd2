// The buyer's side: lines, cards, pictures, and what may be sent.

import { byId, el, spot, time, word } from "./dom.js";

// Pictures from the visitor's own device are shown here and never sent.
const own = new Map();

export function remember(file) {
  own.set(file.name, URL.createObjectURL(file));
  return file.name;
}

function picture(name, photos) {
  const source = own.get(name) ?? (photos.includes(name) ? `/assets/photos/${name}` : null);
  const label = `${word("picture")} ${name}`;
  if (!source) return el("span", { class: "file" }, label);
  return el("img", { src: source, alt: label, width: 160, height: 120 });
}

export function orderCard(order) {
  const items = (order.items ?? []).map((i) => i.title).join("、");
  return el("span", { class: "card" },
    el("span", { class: "card-title" }, items || order.no),
    el("span", { class: "card-no" }, order.no),
    el("span", { class: "card-foot" },
      el("span", { class: "stage" }, word(`stage_${order.stage}`, order.stage ?? "")),
      order.amount ? el("span", {}, `¥${order.amount}`) : null));
}

export function productCard(product) {
  return el("span", { class: "card" },
    el("span", { class: "card-title" }, product.title ?? product.id),
    el("span", { class: "card-foot" }, el("span", { class: "card-no" }, product.id ?? ""), product.price ? el("span", {}, `¥${product.price}`) : null));
}

function content(line, photos) {
  return [
    line.order ? orderCard(line.order) : null,
    line.product ? productCard(line.product) : null,
    ...(line.images ?? []).map((name) => picture(name, photos)),
    line.text ? el("span", { class: "words" }, line.text) : null,
  ];
}

function noteText(line) {
  if (line.note === "clock") return word(`note_clock_${line.text}`);
  return word(`note_${line.note}`) + (line.text ? `（${line.text}）` : "");
}

// draw makes one line; a line with a turn has a button that shows why.
function draw(line, view, on) {
  const at = time(line.at, view.shop.zone);
  const whyButton = line.turn && line.from !== "buyer" && line.from !== "agent"
    ? el("button", { type: "button", class: "whybutton", "data-turn": line.turn, onclick: () => on.why(line.turn) },
      `${word("why_button")}${line.rule ? ` · ${line.rule}` : ""}`)
    : null;
  if (line.from === "note") {
    return el("div", { class: "line note" }, el("span", {}, noteText(line)), whyButton);
  }
  const choices = (line.choices ?? []).length
    ? el("div", { class: "choices" }, line.choices.map((c) => el("button", { type: "button", onclick: () => on.say(c) }, c)))
    : null;
  return el("div", { class: `line ${line.from}` },
    el("span", { class: "who" }, `${word(line.from)} · ${at}`),
    el("div", { class: "bubble" }, content(line, view.shop.photos ?? [])), choices, whyButton);
}

// place writes file and line of the rule beside its answer, once they are known.
export function place(turn, trace) {
  const names = (trace.answered ?? []).map((a) => a.rule + (a.file ? ` · ${spot(a)}` : ""));
  if (!names.length) return;
  for (const b of document.querySelectorAll(".whybutton")) {
    if (b.dataset.turn === turn) b.textContent = `${word("why_button")} · ${names.join(" + ")}`;
  }
}

let shown = { session: "", count: 0 };

// show adds the lines that are new, so that a screen reader reads only those.
export function show(view, on) {
  const lines = byId("lines");
  if (shown.session !== view.session) {
    lines.replaceChildren();
    shown = { session: view.session, count: 0 };
    if (!view.lines.length) lines.append(el("p", { class: "hint" }, word("hint")));
  } else if (view.lines.length) {
    lines.querySelector(".hint")?.remove();
  }
  const fresh = view.lines.slice(shown.count);
  lines.append(...fresh.map((line) => draw(line, view, on)));
  shown.count = view.lines.length;
  if (fresh.length) lines.scrollTop = lines.scrollHeight;
  return fresh;
}

let offered = null;

// chips are messages to start with; one that was said goes. They are drawn only when they change, so that looking again
// takes the focus from nobody.
export function chips(view, on) {
  const said = new Set(view.lines.filter((l) => l.from === "buyer").map((l) => l.text));
  const left = (view.shop.chips ?? []).filter((c) => !said.has(c));
  if (left.join("\n") === offered) return;
  offered = left.join("\n");
  const had = byId("chips").contains(document.activeElement);
  byId("chips").replaceChildren(...left.map((c) => el("button", { type: "button", onclick: () => on.say(c) }, c)));
  if (had) (byId("chips").querySelector("button") ?? byId("text")).focus();
}

// tray lists what can be sent as a card or picture.
export function tray(kind, view, on) {
  if (kind === "order") {
    const cards = (view.orders ?? []).map((o) => el("button", { type: "button", onclick: () => on.send({ order: o.no }) }, orderCard(o)));
    return cards.length ? cards : [el("p", { class: "empty" }, word("no_orders"))];
  }
  if (kind === "product") {
    return (view.shop.products ?? []).map((p) => el("button", { type: "button", onclick: () => on.send({ product: p.id }) }, productCard(p)));
  }
  const pick = el("input", { type: "file", accept: "image/*", id: "own-photo", onchange: (e) => {
    if (e.target.files[0]) on.send({ image: remember(e.target.files[0]) });
  } });
  return [
    ...(view.shop.photos ?? []).map((name) => el("button", { type: "button", class: "photo", onclick: () => on.send({ image: name }) },
      el("img", { src: `/assets/photos/${name}`, alt: `${word("sample")} ${name}`, width: 96, height: 72 }))),
    el("label", { class: "own" }, word("own_photo"), pick),
  ];
}
