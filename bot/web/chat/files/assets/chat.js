// The buyer's chat: who they are, what they write, what is said to them.
import { say } from "/assets/page/words.js";
import { Calls, Trouble } from "/assets/chat/call.js";
import { Outbox } from "/assets/chat/outbox.js";
import { Stream } from "/assets/chat/stream.js";
import { thumb, View } from "/assets/chat/view.js";
import { asData, shrink } from "/assets/chat/photo.js";

const root = document.getElementById("chat");
const part = (id) => document.getElementById(id);
const shop = root.dataset.shop;
const calls = new Calls(shop);
const view = new View(root, calls);
// The script on the shop's site opens and closes the frame; in another frame the chat is there for good. A reload of the frame keeps that.
const framed = window.parent !== window && (history.state?.framed === true || new URLSearchParams(location.hash.slice(1)).has("framed"));
const tell = (what, more = {}) => { if (framed) window.parent.postMessage({ xiaoer: what, ...more }, "*"); }; // nothing in it is anybody's secret

let session = null; // {visitor, signed, name}
let outbox = null;
let stream = null;
let place = "";
let version = -1;
let stash = []; // states that came while it was not known whether a message had arrived
let earlier = 0; // the part of the past that comes before the lines that are shown
let offered = []; // quick answers to the last line
let news = false; // the shop has said something since it was told what the buyer has seen
const mostPhotos = 9; // of a message
let chosen = []; // photos that go with the words that are being written
let choosing = Promise.resolve(); // while they are made smaller
let open = !framed;
let unread = 0;

// wanted is what the site said in the address: the identity of its buyer, or that there is none. It does not stay there.
function wanted() {
  const told = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(framed ? { framed: true } : null, "", location.pathname + location.search);
  if (told.get("identity")) return { identity: told.get("identity") };
  return told.has("guest") ? { guest: true } : {};
}

function stopped(trouble, buttons = []) {
  const box = part("stop");
  const text = document.createElement("p");
  text.textContent = say(`error.${trouble.code}`);
  box.replaceChildren(text, ...buttons.map(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => { box.hidden = true; act(); });
    return button;
  }));
  box.hidden = false;
}

// begin gets a session and the first state. A browser that takes no cookie here is given a session that the page keeps.
async function begin(wants) {
  stream?.stop();
  if (outbox) outbox.stopped = true;
  for (let wait = 1; ; wait = Math.min(wait * 2, 15)) {
    try {
      session = await calls.post("/session", wants);
      if (session.token) calls.keep(session.token);
      let first = await look([]).catch((trouble) => { if (trouble.status !== 401) throw trouble; return null; });
      if (first?.visitor !== session.visitor) {
        session = await calls.post("/session", { ...wants, bearer: true });
        if (session.token) calls.keep(session.token);
        first = await look([]);
      }
      lost(false);
      return start(first);
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (trouble.after > 0) {
        lost(true);
        await new Promise((done) => { setTimeout(done, Math.max(wait, trouble.after) * 1000); });
        continue;
      }
      const guest = [[say("guest"), () => begin({ guest: true })]];
      stopped(trouble, trouble.code.startsWith("identity-") || trouble.code === "no-session" ? guest : []);
      return undefined;
    }
  }
}

function look(ids) { return calls.get(`/lines?after=&ids=${ids.join(",")}`); }

async function start(first) {
  view.clear();
  stash = [];
  place = "";
  version = -1;
  const before = outbox;
  outbox = new Outbox(calls, shop, session.visitor, () => place, {
    trying: (item, again) => view.fate(item.id, say(again ? "waiting" : "sending")),
    sent: (item, state) => {
      view.gone(item.id);
      apply(state);
      drain();
    },
    failed: (item, trouble) => {
      refused(item, trouble.code);
      drain();
    },
    ended,
  });
  if (before && !session.signed && before.guest && before.visitor !== session.visitor) outbox.take(before); // the browser has forgotten who they were
  outbox.guest = !session.signed;
  const asked = [...outbox.items.slice(0, 7).map((item) => item.id), ...(outbox.last ? [outbox.last] : [])];
  if (asked.length > 0) first = await look(asked).catch(() => first);
  outbox.arrived(first.arrived);
  apply(first);
  for (const item of outbox.items) {
    view.pending(item);
    if (item.failed) refused(item, item.failed);
  }
  view.toEnd();
  part("lines").setAttribute("aria-busy", "false");
  part("pick").hidden = !session.signed;
  part("photo").hidden = false;
  stream = new Stream(calls, () => place, { state: arrived, up: () => lost(false), down: () => lost(true), refused: ended });
  stream.run();
  outbox.run();
  tell("ready");
}

// ended begins anew for a guest; whom the site has named must come from the site again.
function ended(trouble) {
  if (trouble.status === 401 && session && !session.signed) begin({});
  else stopped(trouble);
}

// arrived takes a state of the stream. Until it is known whether the message that is on its way has arrived, lines of the buyer might be that very one.
function arrived(state) {
  if (stash.length > 0 || (outbox.waiting && state.lines.some((line) => line.from === "buyer"))) stash.push(state);
  else apply(state);
}

function drain() {
  const all = stash;
  stash = [];
  all.forEach(apply);
}

function apply(state) {
  const newer = state.reset || state.version >= version;
  const first = version < 0;
  if (state.reset) {
    const pending = outbox.items;
    view.clear();
    toldEarlier(state.earlier);
    if (version >= 0) pending.forEach((item) => view.pending(item));
  }
  const { fresh } = view.add(state.lines);
  if (newer) {
    place = state.place;
    stand(state);
    offered = state.choices ?? [];
    choices();
    version = state.version;
  }
  const unseen = first ? sinceRead(state.lines) : fresh;
  if (!open && unseen > 0) { unread += unseen; tell("unread", { count: unread }); }
  news ||= fresh > 0;
  tellRead();
}

// tellRead lets the shop know what the buyer has before their eyes.
async function tellRead() {
  if (!news || !open || document.hidden) return;
  news = false;
  outbox.read = place;
  try { await calls.post("/read", { place }); } catch { news = true; } // told with the next line
}

// sinceRead is how many lines the shop has said since the buyer has seen any, on a page before this one.
function sinceRead(lines) {
  const at = lines.findIndex((line) => line.id === outbox.read);
  return at < 0 ? 0 : lines.slice(at + 1).filter((line) => line.from !== "buyer").length;
}

function stand(state) {
  let text = say("standing.bot");
  if (state.status === "agent") text = state.agent ? say("standing.agent", state.agent) : say("standing.someone");
  else if (state.status === "closed") text = say("standing.closed");
  else if (!state.open) {
    const word = state.status === "waiting" ? ["kept", "keptaway"] : ["away", "closedaway"];
    text = state.opens ? say(`standing.${word[0]}`, state.opens) : say(`standing.${word[1]}`);
  }
  else if (state.status === "waiting") text = say("standing.waiting");
  if (part("standing").textContent !== text) part("standing").textContent = text;
  const rating = state.rating;
  part("rating").hidden = !rating || rating.stars > 0;
  part("rating").dataset.episode = rating?.episode ?? "";
  part("thanks").hidden = !rating || rating.stars === 0;
  if (rating?.stars > 0) part("thanks").textContent = say("thanks");
}

// choices shows the quick answers to the last line, unless an answer is on its way.
function choices() {
  const box = part("choices");
  const list = outbox.waiting ? [] : offered;
  if (list.join("\n") === [...box.children].map((button) => button.textContent).join("\n")) return;
  const hadFocus = box.contains(document.activeElement);
  box.replaceChildren(...list.map((text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => send({ text }));
    return button;
  }));
  box.hidden = list.length === 0;
  if (hadFocus) part("text").focus();
}

// toldEarlier notes which part of the past comes next, 0 for none.
function toldEarlier(next) {
  const button = part("earlier");
  earlier = next;
  if (next === 0 && document.activeElement === button) part("lines").focus();
  button.hidden = next === 0;
}

// loadEarlier shows the next part of the past.
async function loadEarlier() {
  const button = part("earlier");
  if (earlier === 0 || button.disabled) return;
  const number = earlier;
  button.disabled = true;
  try {
    const past = await calls.get(`/earlier?part=${number}`);
    if (number !== earlier) return; // all was shown anew meanwhile
    view.before(past.lines);
    toldEarlier(past.earlier);
  } catch (trouble) {
    stopped(trouble, [["×", () => {}]]);
  } finally {
    button.disabled = false;
  }
}

function refused(item, code) {
  choices();
  const again = [say("again"), () => { view.fate(item.id, say("sending")); outbox.again(item.id); }];
  view.fate(item.id, say(`error.${code}`), [
    ...(["photo-kind", "photo-large"].includes(code) ? [] : [again]), // the same photo is refused again
    [say("remove"), () => { outbox.remove(item.id); view.gone(item.id); choices(); part("text").focus(); }],
  ]);
}

function send(item) {
  if (!outbox) return;
  view.pending(outbox.add(item));
  choices();
}

let lostSince = null;
// lost says that the line is cut, but not for the blink in which a server is started again.
function lost(now) {
  const bar = part("connection");
  if (!now) {
    clearTimeout(lostSince);
    lostSince = null;
    bar.hidden = true;
    return;
  }
  lostSince ??= setTimeout(() => { bar.textContent = say("lost"); bar.hidden = false; }, 1500);
}

const text = part("text");
const draft = `xiaoer-chat:${shop}:draft`;
const fit = () => { text.rows = Math.min(5, text.value.split("\n").length + Math.floor(text.value.length / 40)); };
try { text.value = sessionStorage.getItem(draft) ?? ""; } catch { /* nothing is kept here */ }
text.addEventListener("input", () => {
  fit();
  try { sessionStorage.setItem(draft, text.value); } catch { /* it is lost with the page */ }
});
let entered = false; // the key that sends is down: some keyboards would put a line break into the empty field after it
text.addEventListener("keydown", (ev) => {
  entered = ev.key === "Enter" && !ev.shiftKey && !ev.isComposing;
  if (entered) { ev.preventDefault(); part("say").requestSubmit(); }
});
text.addEventListener("keyup", () => { entered = false; });
text.addEventListener("beforeinput", (ev) => { if (entered && ev.inputType === "insertLineBreak") ev.preventDefault(); });
part("say").addEventListener("submit", async (ev) => {
  ev.preventDefault();
  await choosing;
  const words = text.value.trim();
  if ((!words && chosen.length === 0) || !outbox) return;
  send({ ...(words && { text: words }), ...(chosen.length > 0 && { photos: chosen }) });
  chosen = [];
  showChosen();
  text.value = "";
  fit();
  try { sessionStorage.removeItem(draft); } catch { /* it was not there */ }
  text.focus();
});

part("photo").addEventListener("click", () => part("file").click());
part("file").addEventListener("change", async () => {
  const files = [...part("file").files];
  part("file").value = "";
  await choose(files);
  text.focus();
});

// choose puts photos below the words that are being written: all go as one message.
function choose(files) {
  choosing = choosing.then(async () => {
    for (const file of files.slice(0, mostPhotos - chosen.length)) {
      try {
        const blob = await shrink(file);
        chosen.push({ blob, data: await asData(blob) });
      } catch (trouble) {
        stopped(trouble instanceof Trouble ? trouble : new Trouble("photo-kind", 415, 0), [["×", () => {}]]);
      }
    }
    showChosen();
  });
  return choosing;
}

function showChosen() {
  text.required = chosen.length === 0;
  part("photo").disabled = chosen.length >= mostPhotos;
  part("chosen").hidden = chosen.length === 0;
  part("chosen").replaceChildren(...chosen.map((photo) => {
    const item = document.createElement("li");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = "×";
    drop.setAttribute("aria-label", say("drop"));
    drop.addEventListener("click", () => { chosen = chosen.filter((one) => one !== photo); showChosen(); text.focus(); });
    item.append(thumb(photo), drop);
    return item;
  }));
}
text.addEventListener("paste", (ev) => {
  const files = [...(ev.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (files.length === 0) return;
  ev.preventDefault();
  choose(files);
});

part("earlier").addEventListener("click", loadEarlier);
part("lines").addEventListener("scroll", () => { if (part("lines").scrollTop < 40 && !view.follows) loadEarlier(); });

function closeTray(focus) {
  part("tray").hidden = true;
  part("pick").setAttribute("aria-expanded", "false");
  if (focus) part("pick").focus();
}
part("pick").addEventListener("click", async () => {
  const tray = part("tray");
  if (!tray.hidden) { closeTray(false); return; }
  part("pick").setAttribute("aria-expanded", "true");
  tray.hidden = false;
  tray.textContent = say("loading");
  try {
    const { orders } = await calls.get("/orders");
    tray.replaceChildren(...orders.map(card));
    if (orders.length === 0) tray.textContent = say("noorders");
    tray.querySelector("button")?.focus();
  } catch (trouble) {
    tray.textContent = say(`error.${trouble.code ?? "failed"}`);
  }
});
// yuan writes an amount with two decimals; what is no plain amount stays as the shop gave it.
const yuan = (amount) => (/^\d{1,12}(\.\d)?$/.test(amount) ? Number(amount).toFixed(2) : amount);
function card(order) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "order";
  const title = document.createElement("strong");
  title.textContent = order.title || say("order", order.no);
  const facts = document.createElement("span");
  facts.className = "small";
  facts.textContent = [order.title ? order.no : "", order.stage ? say(`stage.${order.stage}`) : "", order.amount ? `¥${yuan(order.amount)}` : ""].filter(Boolean).join(" · ");
  button.append(title, facts);
  button.addEventListener("click", () => { closeTray(false); send({ order: order.no }); text.focus(); });
  return button;
}

part("rating").addEventListener("submit", async (ev) => {
  ev.preventDefault();
  const form = part("rating");
  const fields = new FormData(form);
  try {
    await calls.post("/rating", { stars: Number(fields.get("stars")), words: fields.get("words"), episode: Number(form.dataset.episode) });
    form.hidden = true;
    part("thanks").textContent = say("thanks");
    part("thanks").hidden = false;
    text.focus();
  } catch (trouble) {
    stopped(trouble, [["×", () => {}]]);
  }
});

document.addEventListener("keydown", (ev) => {
  if (ev.key !== "Escape" || part("large").open) return;
  if (!part("tray").hidden) closeTray(true);
  else tell("close");
});
document.addEventListener("visibilitychange", tellRead);
part("close").hidden = !framed;
part("close").addEventListener("click", () => tell("close"));
window.addEventListener("message", (ev) => {
  if (ev.source !== window.parent || !framed) return;
  if (ev.data?.xiaoer === "opened") { open = true; unread = 0; tell("unread", { count: 0 }); view.toEnd(); text.focus(); tellRead(); }
  if (ev.data?.xiaoer === "closed") open = false;
});
document.documentElement.classList.toggle("framed", framed);
fit();
begin(wanted());
