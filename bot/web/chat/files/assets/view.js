// What the buyer sees: lines in the order of the server, what waits to be sent below them. Whatever was written by whomever is text, never markup.
import { say } from "/assets/page/words.js";

function element(tag, className, text) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text) el.textContent = text;
  return el;
}

// linked is a text in which the server has found addresses; what is not of the web is no link, whoever says so.
function linked(text, links = []) {
  const el = element("p", "bubble");
  let rest = text;
  for (const link of links) {
    const at = rest.indexOf(link);
    if (at < 0 || !/^https?:\/\//i.test(link)) continue;
    const a = element("a", "", link);
    a.href = link;
    a.target = "_blank";
    a.rel = "noopener noreferrer nofollow";
    el.append(rest.slice(0, at), a);
    rest = rest.slice(at + link.length);
  }
  el.append(rest);
  return el;
}

// thumb shows a photo that was not sent yet; one that the browser cannot open stands as words.
export function thumb({ blob, data }) {
  const img = element("img", "photo");
  img.alt = say("photo");
  img.addEventListener("error", () => img.replaceWith(element("p", "bubble small", say("nophoto"))));
  img.src = blob ? URL.createObjectURL(blob) : data;
  return img;
}

export class View {
  constructor(root, calls) {
    this.calls = calls;
    this.lines = root.querySelector("#lines");
    this.large = root.querySelector("#large");
    this.empty = root.querySelector("#empty");
    this.seen = new Map(); // by the line's id
    this.waiting = new Map(); // by the message's id
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", day: "numeric" });
    this.follows = true;
    this.lines.addEventListener("scroll", () => { // what opens below takes no line out of sight: then it is not the buyer who scrolled
      if (this.lines.clientHeight === this.height) this.follows = this.atEnd;
    });
    new ResizeObserver(() => {
      this.height = this.lines.clientHeight;
      if (this.follows) this.toEnd();
    }).observe(this.lines);
    this.lines.addEventListener("click", (ev) => this.enlarge(ev.target.closest("button.shot")));
    this.large.addEventListener("click", (ev) => { if (ev.target === this.large) this.large.close(); });
  }

  clear() {
    this.lines.querySelectorAll(".line, .day").forEach((el) => el.remove());
    this.seen.clear();
    this.waiting.clear();
    this.shownDay = "";
  }

  get atEnd() { return this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 80; }

  toEnd() {
    this.follows = true;
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  // add shows the lines that are not there yet, and says how many of them the buyer did not write.
  add(lines) {
    const follow = this.follows;
    let fresh = 0;
    let added = 0;
    const first = this.lines.querySelector(".line.pending");
    for (const line of lines) {
      if (this.seen.has(line.id)) continue;
      const el = this.line(line);
      this.seen.set(line.id, el);
      this.dayBefore(line, first);
      this.lines.insertBefore(el, first);
      added++;
      if (line.from !== "buyer") fresh++;
    }
    this.fill();
    if (follow && added > 0) this.toEnd();
    return { fresh };
  }

  // before shows lines of the past above all others. What was in sight stays there, and is not read aloud for it.
  before(lines) {
    const { scrollHeight, scrollTop } = this.lines;
    const below = this.lines.querySelector(".day, .line");
    this.lines.setAttribute("aria-live", "off");
    let day = "";
    for (const line of lines) {
      if (this.seen.has(line.id)) continue;
      if (this.dayOf(line) !== day) {
        day = this.dayOf(line);
        this.lines.insertBefore(element("p", "day small", day), below);
      }
      const el = this.line(line);
      this.seen.set(line.id, el);
      this.lines.insertBefore(el, below);
    }
    if (below?.classList.contains("day") && below.textContent === day) below.remove();
    this.lines.scrollTop = scrollTop + this.lines.scrollHeight - scrollHeight;
    requestAnimationFrame(() => requestAnimationFrame(() => this.lines.setAttribute("aria-live", "polite")));
  }

  fill() { this.empty.hidden = this.seen.size + this.waiting.size > 0; }

  dayOf(line) { return this.day.format(new Date(line.at)); }

  dayBefore(line, first) {
    const day = this.dayOf(line);
    if (day === this.shownDay) return;
    this.shownDay = day;
    this.lines.insertBefore(element("p", "day small", day), first);
  }

  line(line) {
    const el = element("div", `line ${["buyer", "bot", "agent"].includes(line.from) ? line.from : "bot"}`);
    const who = { buyer: say("me"), bot: say("bot") }[line.from] ?? (line.name ? say("agent", line.name) : say("someone"));
    const head = element("p", "who", who);
    const time = element("time", "", this.time.format(new Date(line.at)));
    time.dateTime = line.at;
    head.append(" ", time);
    el.append(head);
    if (line.text) el.append(linked(line.text, line.links));
    if (line.order) el.append(element("p", "bubble card", say("order", line.order)));
    if (!line.images?.length) return el;
    const shots = element("div", "shots");
    for (const at of line.images) shots.append(this.shot(at, line.from === "buyer" ? say("photo") : say("photoby", who)));
    el.append(shots);
    return el;
  }

  shot(at, alt) {
    const button = element("button", "shot");
    button.type = "button";
    const img = element("img");
    img.alt = alt;
    img.addEventListener("error", () => button.replaceWith(element("p", "bubble small", say("nophoto"))));
    button.append(img);
    this.calls.picture(at).then((url) => { img.src = url; }, () => button.replaceWith(element("p", "bubble small", say("nophoto"))));
    return button;
  }

  enlarge(button) {
    const img = button?.querySelector("img");
    if (!img) return;
    const large = this.large.querySelector("img");
    large.src = img.src;
    large.alt = img.alt;
    this.large.showModal();
  }

  // pending shows a message that is on its way. It is not in the log for screen readers before it has arrived.
  pending(item) {
    const el = element("div", "line buyer pending");
    el.dataset.id = item.id;
    el.setAttribute("aria-live", "off");
    if (item.text) el.append(element("p", "bubble", item.text));
    if (item.order) el.append(element("p", "bubble card", say("order", item.order)));
    if (item.photos) {
      const shots = element("div", "shots");
      shots.append(...item.photos.filter((photo) => photo.blob || photo.data).map(thumb));
      el.append(shots);
    }
    el.append(element("p", "fate small", say("sending")));
    this.waiting.set(item.id, el);
    this.lines.append(el);
    this.fill();
    this.toEnd();
  }

  fate(id, text, buttons = []) {
    const fate = this.waiting.get(id)?.querySelector(".fate");
    if (!fate) return;
    const line = element("span", "", text);
    fate.replaceChildren(line, ...buttons.map(([label, act]) => {
      const button = element("button", "quiet", label);
      button.type = "button";
      button.addEventListener("click", act);
      return button;
    }));
    if (buttons.length > 0) { fate.setAttribute("role", "alert"); this.toEnd(); }
  }

  gone(id) {
    this.waiting.get(id)?.remove();
    this.waiting.delete(id);
    this.fill();
  }
}
