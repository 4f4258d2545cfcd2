// Calls to the chat's own interface. The session is in a cookie; where the browser takes none in frames, the page keeps it and sends it along.
const memory = new Map();
const usual = 40000; // ms until a call is given up
const forPhotos = 90000; // the server takes a minute to read one, and a while to work on it

// store keeps small texts in the browser, and in memory where it lets nothing be kept.
export const store = {
  area() {
    for (const name of ["localStorage", "sessionStorage"]) {
      try {
        const area = window[name];
        area.setItem("xiaoer-chat", "1");
        area.removeItem("xiaoer-chat");
        return area;
      } catch { /* the next one */ }
    }
    return null;
  },
  get(key) {
    try { return this.kept?.getItem(key) ?? memory.get(key) ?? null; } catch { return memory.get(key) ?? null; }
  },
  set(key, value) {
    try {
      if (!this.kept) throw new Error("nothing is kept");
      this.kept.setItem(key, value);
      memory.delete(key);
      return true;
    } catch {
      memory.set(key, value);
      return false;
    }
  },
  remove(key) {
    memory.delete(key);
    try { this.kept?.removeItem(key); } catch { /* it was not there */ }
  },
  keys(prefix) {
    const all = new Set(memory.keys());
    try { for (let i = 0; i < (this.kept?.length ?? 0); i++) all.add(this.kept.key(i)); } catch { /* none */ }
    return [...all].filter((key) => key.startsWith(prefix));
  },
};
store.kept = store.area();

// A Trouble is why a call did not work: the code says what the buyer is told; after is in seconds, 0 where the same again makes no sense.
export class Trouble extends Error {
  constructor(code, status, after) {
    super(code);
    this.code = code;
    this.status = status;
    this.after = after;
  }
}

export class Calls {
  constructor(shop) {
    this.base = `/chat/${shop}`;
    this.key = `xiaoer-chat:${shop}:token`;
    this.token = store.get(this.key);
  }

  keep(token) {
    this.token = token;
    store.set(this.key, token);
  }

  headers(more = {}) {
    return this.token ? { ...more, Authorization: `Bearer ${this.token}` } : more;
  }

  // raw makes a call and gives the response, which is one that worked.
  async raw(path, options = {}, patience = usual) {
    let response;
    try {
      response = await fetch(this.base + path, {
        credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(patience), ...options, headers: this.headers(options.headers),
      });
    } catch (err) {
      if (options.signal?.aborted) throw err;
      throw new Trouble("network", 0, 2);
    }
    if (response.ok) return response;
    let told = {};
    try { told = await response.json(); } catch { /* a proxy's own page */ }
    const after = Number(response.headers.get("Retry-After")) || (response.status >= 500 ? 3 : 0);
    throw new Trouble(told.code ?? (response.status >= 500 ? "busy" : "failed"), response.status, Math.min(after, 60));
  }

  async get(path) { return (await this.raw(path)).json(); }

  async post(path, body) {
    const response = await this.raw(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return response.json();
  }

  async put(path, blob) {
    const response = await this.raw(path, { method: "PUT", headers: { "Content-Type": blob.type || "image/jpeg" }, body: blob }, forPhotos);
    return response.json();
  }

  // picture gives an address of a photo that an img can show: where the page keeps the session, the photo is fetched with it.
  async picture(at) {
    if (!this.token || !at.startsWith(`${this.base}/photos/`)) return at;
    return URL.createObjectURL(await (await this.raw(at.slice(this.base.length))).blob());
  }
}
