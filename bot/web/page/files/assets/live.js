// listen follows server-sent events, and comes back when the line is lost, going on after the last event that was seen. handlers are functions by the name of
// the event, called with (data, id); data is parsed JSON. While the line is lost, every element with data-live-state says so in words. It gives an object with
// stop() and the state, one of "connecting", "live", "lost", "signedout".
import { say } from "/assets/page/words.js";

const first = 1000, longest = 30000, silence = 45000; // ms; the server gives a sign of life every 15 s

export function listen(url, handlers, { onstate, after = "" } = {}) {
  let source, timer, watch, wait = first, last = after, was = false, ended = false;
  const self = { state: "connecting", stop };

  function become(state) {
    self.state = state;
    for (const el of document.querySelectorAll("[data-live-state]")) {
      el.dataset.liveState = state;
      const text = state === "lost" ? say("live.lost") : state === "signedout" ? say("live.signedout") : was && state === "live" ? say("live.back") : "";
      if (el.textContent !== text) el.textContent = text;
      el.hidden = text === "" || (state === "live" && !el.hasAttribute("data-live-always"));
    }
    if (state === "lost") was = true;
    onstate?.(state);
  }

  function open() {
    const at = new URL(url, location.href);
    if (last !== "") at.searchParams.set("after", last); // EventSource sends no Last-Event-ID when it is made anew
    source = new EventSource(at, { withCredentials: false });
    source.addEventListener("open", () => { wait = first; become("live"); heard(); });
    source.addEventListener("error", lost);
    for (const [name, take] of Object.entries(handlers)) {
      source.addEventListener(name, (ev) => {
        heard();
        if (ev.lastEventId !== "") last = ev.lastEventId;
        let data = null;
        try { data = JSON.parse(ev.data); } catch { return; }
        take(data, ev.lastEventId);
      });
    }
  }

  // A line may die without a word, after the machine slept for instance. Comments are not seen by scripts, so silence alone proves nothing: the line is opened anew
  // only when the page is looked at again after it.
  function heard() { clearTimeout(watch); watch = setTimeout(() => { watch = 0; }, silence); }
  function woken() { if (!document.hidden && self.state === "live" && !watch) { close(); open(); } }

  function close() { source?.close(); source = undefined; clearTimeout(timer); clearTimeout(watch); watch = 0; }

  function lost() {
    close();
    become("lost");
    timer = setTimeout(again, wait * (0.75 + Math.random() / 2)); // so that not all come back at the same moment
    wait = Math.min(wait * 2, longest);
  }

  async function again() {
    const over = await signedOut();
    if (ended || self.state !== "lost") return; // somebody else was faster meanwhile
    if (over) { become("signedout"); return; }
    open();
  }

  function stop() {
    ended = true;
    close();
    document.removeEventListener("visibilitychange", woken);
    window.removeEventListener("online", online);
  }

  function online() { if (self.state === "lost") { close(); wait = first; open(); } }

  document.addEventListener("visibilitychange", woken);
  window.addEventListener("online", online);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (ev) => { if (ev.persisted && self.state !== "signedout") { close(); open(); } });
  become("connecting");
  open();
  return self;
}

// signedOut asks whether the session is over: EventSource does not say why it failed. Pages that need no session (data-live-open on <html> or in the body) are
// never signed out.
async function signedOut() {
  if (document.querySelector("[data-live-open]")) return false;
  try {
    return (await fetch("/v1/me", { credentials: "same-origin", cache: "no-store" })).status === 401;
  } catch {
    return false;
  }
}
