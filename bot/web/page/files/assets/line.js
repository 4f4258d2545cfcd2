// line follows server-sent events and comes back when they break off, going on after the last event that was seen. It knows no page, so that a worker can hold it
// for many. take gets (name, data, id) of each event with one of the names, become one of the states "connecting", "live", "lost", "signedout".
const first = 1000, longest = 30000, silence = 45000; // ms; the server gives a sign of life every 15 s

export function line(url, names, take, become, { after = "", open: free = false, who = "" } = {}) {
  let source, timer, watch, wait = first, last = after, state = "";
  const to = (next) => { state = next; become(next); };

  function open() {
    const at = new URL(url, location.href);
    if (last !== "") at.searchParams.set("after", last); // EventSource sends no Last-Event-ID when it is made anew
    source = new EventSource(at, { withCredentials: false });
    source.addEventListener("open", () => { wait = first; to("live"); heard(); });
    source.addEventListener("error", lost);
    for (const name of names) source.addEventListener(name, (ev) => {
      heard();
      if (ev.lastEventId !== "") last = ev.lastEventId;
      let data = null;
      try { data = JSON.parse(ev.data); } catch { return; }
      if (who && name === "ready" && data.who !== who) { close(); to("signedout"); return; } // somebody else has signed in meanwhile
      take(name, data, ev.lastEventId);
    });
  }

  // A line may die without a word, after the machine slept for instance. Comments are not seen by scripts, so silence alone proves nothing: the line is opened anew
  // only when a page is looked at again after it.
  function heard() { clearTimeout(watch); watch = setTimeout(() => { watch = 0; }, silence); }

  function close() { source?.close(); source = undefined; clearTimeout(timer); clearTimeout(watch); watch = 0; }

  function lost() {
    close();
    to("lost");
    timer = setTimeout(again, wait * (0.75 + Math.random() / 2)); // so that not all come back at the same moment
    wait = Math.min(wait * 2, longest);
  }

  async function again() {
    const over = !free && await signedOut();
    if (state !== "lost" || source) return; // somebody else was faster meanwhile
    if (over) to("signedout"); else open();
  }

  to("connecting");
  open();
  return {
    stop() { close(); state = "stopped"; },
    looked() { if (state === "live" && !watch) { close(); open(); } },
    online() { if (state === "lost") { close(); wait = first; open(); } },
  };
}

// signedOut asks whether the session is over: EventSource does not say why it failed.
async function signedOut() {
  try {
    return (await fetch("/v1/me", { credentials: "same-origin", cache: "no-store" })).status === 401;
  } catch {
    return false;
  }
}
