// listen follows server-sent events, and comes back when the line is lost, going on after the last event that was seen. handlers are functions by the name of
// the event, called with (data, id); data is parsed JSON. While the line is lost, every element with data-live-state says so in words. It gives an object with
// stop() and the state, one of "connecting", "live", "lost", "signedout". Pages that name who is signed in share one line with all others of that person in this
// browser; its first event is "ready" with {who}, and comes to each page at its beginning, too.
import { say } from "/assets/page/words.js";
import { line } from "/assets/page/line.js";

const silence = 50000, look = 20000; // ms; a worker gives a sign of life every 15 s

export function listen(url, handlers, { onstate, after = "", who = "" } = {}) {
  const over = new AbortController(), on = { signal: over.signal };
  const self = { state: "", stop() { over.abort(); held?.stop(); held = null; } };
  const free = Boolean(document.querySelector("[data-live-open]")); // pages that need no session are never signed out
  const take = (name, data, id) => handlers[name]?.(data, id);
  let held = null, was = false, alone = !who || !window.SharedWorker;

  function become(state) {
    if (state === self.state) return;
    self.state = state;
    const text = state === "lost" ? say("live.lost") : state === "signedout" ? say("live.signedout") : was && state === "live" ? say("live.back") : "";
    for (const el of document.querySelectorAll("[data-live-state]")) {
      el.dataset.liveState = state;
      if (el.textContent !== text) el.textContent = text;
      el.hidden = text === "" || (state === "live" && !el.hasAttribute("data-live-always"));
    }
    was ||= state === "lost";
    onstate?.(state);
  }

  function open() {
    const names = Object.keys(handlers);
    try {
      if (!alone) { held = shared({ url, names, who }, take, become, failed); return; }
    } catch { alone = true; }
    held = line(url, names, take, become, { after, open: free, who });
  }

  function failed() { // there are workers, and this one may not run
    alone = true;
    if (held) { held.stop(); open(); }
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) held?.looked(); }, on);
  window.addEventListener("online", () => held?.online(), on);
  window.addEventListener("pagehide", () => { held?.stop(); held = null; }, on);
  window.addEventListener("pageshow", (ev) => { if (ev.persisted && self.state !== "signedout") { self.state = ""; open(); } }, on);
  open();
  return self;
}

// shared is the line that a worker holds for all pages of one person. A worker that dies is started again; where none can be started, failed is called.
function shared(wanted, take, become, failed) {
  let port, heard = 0;

  function join() {
    const worker = new SharedWorker("/assets/page/shared.js", { name: `${wanted.url} ${wanted.who}`, type: "module" });
    worker.addEventListener("error", failed, { once: true });
    heard = Date.now();
    port = worker.port;
    port.onmessage = ({ data }) => {
      heard = Date.now();
      if (data.state) become(data.state);
      else if (data.name) take(data.name, data.data, data.id);
    };
    port.postMessage({ join: wanted });
  }

  function leave() { port.onmessage = null; port.postMessage({ leave: true }); }

  join();
  const watch = setInterval(() => { if (Date.now() - heard > silence) { leave(); become("lost"); join(); } }, look);
  return {
    stop() { clearInterval(watch); leave(); },
    looked() { port.postMessage({ looked: true }); },
    online() { port.postMessage({ online: true }); },
  };
}
