// The stream of what is said, by server-sent events over fetch, so that a session that the page keeps can be sent along. It comes back by itself and goes on
// where it was.
const silent = 45000; // ms without a heartbeat until the line counts as dead
const longest = 15000;

export class Stream {
  // on has state(state), up(), down(), and refused(trouble) for what coming back does not mend; place() says where to go on.
  constructor(calls, place, on) {
    this.calls = calls;
    this.place = place;
    this.on = on;
    this.wait = 1000;
    this.hurry = () => {
      if (this.sleeping) { this.wait = 1000; this.sleeping(); }
    };
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
  }

  stop() {
    this.stopped = true;
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.abort?.abort();
    this.sleeping?.();
  }

  async run() {
    while (!this.stopped) {
      let after = 0;
      try {
        await this.listen();
      } catch (trouble) {
        if (this.stopped) return;
        after = (trouble.after ?? 0) * 1000;
        if (trouble.status >= 400 && trouble.status < 500 && trouble.status !== 429) {
          this.on.refused(trouble);
          return;
        }
      }
      if (this.stopped) return;
      this.on.down();
      await this.rest(Math.max(this.wait, after) * (0.75 + Math.random() / 2));
      this.wait = Math.min(this.wait * 2, longest);
    }
  }

  rest(ms) {
    return new Promise((done) => {
      const timer = setTimeout(() => this.sleeping(), ms);
      this.sleeping = () => { clearTimeout(timer); this.sleeping = null; done(); };
    });
  }

  async listen() {
    this.abort = new AbortController();
    const place = this.place();
    let dead = setTimeout(() => this.abort.abort(), silent);
    try {
      const response = await this.calls.raw("/live", { headers: place ? { "Last-Event-ID": place } : {}, signal: this.abort.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(dead);
        dead = setTimeout(() => this.abort.abort(), silent);
        this.wait = 1000;
        this.on.up();
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        events.forEach((event) => this.take(event));
      }
    } finally {
      clearTimeout(dead);
    }
  }

  take(event) {
    const data = event.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
    if (data) this.on.state(JSON.parse(data));
  }
}
