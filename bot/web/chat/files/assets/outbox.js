// What the buyer has written and the server has not taken yet. It outlives a reload; the same id makes sure that nothing is taken twice.
import { store, Trouble } from "/assets/chat/call.js";

const tooOld = 24 * 60 * 60 * 1000; // ms: then the buyer decides again
const mostTries = 4; // of a photo, before what was written after it goes first
const keptPhotos = 1500000; // letters of a message's photos that are kept over a reload

export function freshID() {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

export class Outbox {
  // on has sent(item, state), trying(item), failed(item, trouble) and ended(trouble); place() says where the answer goes on.
  constructor(calls, shop, visitor, place, on) {
    Object.assign(this, { calls, place, on, visitor, prefix: `xiaoer-chat:${shop}:${visitor}:`, items: [], running: false });
    for (const key of store.keys(`${this.prefix}m:`)) {
      try {
        const item = JSON.parse(store.get(key));
        if (item.photo) item.photos = [{ ...item.photo, name: item.id }]; // as a page before this one has kept it
        delete item.photo;
        if (item.photos?.some((photo) => !photo.data && !photo.sent)) { // it was too large to be kept
          item.photos = item.photos.filter((photo) => photo.data || photo.sent);
          if (item.photos.length === 0) delete item.photos;
          if (!item.photos && !item.text) throw new Error("nothing is left");
          item.failed = "no-photo";
        }
        if (Date.now() - item.at > tooOld) item.failed = "network";
        this.items.push(item);
      } catch { store.remove(key); }
    }
    this.items.sort((a, b) => a.at - b.at);
  }

  get last() { return store.get(`${this.prefix}last`); }

  // read is the place of the last line that the buyer has seen.
  get read() { return store.get(`${this.prefix}read`); }

  set read(place) { store.set(`${this.prefix}read`, place); }

  // waiting says whether something may be on its way of which nobody knows yet whether it arrived.
  get waiting() { return this.items.some((item) => !item.failed); }

  keep(item) {
    let room = keptPhotos;
    const photos = item.photos?.map(({ name, data, sent }) => ((room -= data?.length ?? 0) < 0 ? { name, sent } : { name, data, sent }));
    store.set(`${this.prefix}m:${item.id}`, JSON.stringify({ ...item, photos }));
  }

  add(item) {
    const whole = { id: freshID(), at: Math.max(Date.now(), (this.items.at(-1)?.at ?? 0) + 1), ...item };
    whole.photos?.forEach((photo, n) => { photo.name = n === 0 ? whole.id : `${whole.id}-${n}`; });
    this.items.push(whole);
    this.keep(whole);
    this.run();
    return whole;
  }

  // take takes over what another outbox has not sent.
  take(other) {
    for (const item of other.items) {
      other.remove(item.id);
      if (item.photos?.some((photo) => !photo.blob && !photo.data)) continue; // it was sent in another name
      this.items.push(item);
      item.photos?.forEach((photo) => { delete photo.sent; });
      this.keep(item);
    }
  }

  remove(id) {
    this.items = this.items.filter((item) => item.id !== id);
    store.remove(`${this.prefix}m:${id}`);
  }

  // arrived forgets what the server has taken.
  arrived(ids) { for (const id of ids) this.remove(id); }

  again(id) {
    const item = this.items.find((one) => one.id === id);
    if (!item) return;
    delete item.failed;
    item.at = Math.max(item.at, Date.now() - tooOld / 2);
    this.keep(item);
    this.run();
  }

  // run sends what waits, one after the other, so that nothing overtakes.
  async run() {
    if (this.running) return;
    this.running = true;
    try {
      for (let wait = 1; !this.stopped;) {
        const item = this.items.find((one) => !one.failed);
        if (!item) return;
        try {
          this.on.trying(item, wait > 1);
          const state = await this.send(item);
          this.remove(item.id);
          store.set(`${this.prefix}last`, item.id);
          wait = 1;
          this.on.sent(item, state);
        } catch (trouble) {
          if (!(trouble instanceof Trouble)) throw trouble;
          if (trouble.status === 401) { this.on.ended(trouble); return; }
          if (trouble.after > 0 && !(await this.hopeless(item, trouble))) {
            this.on.trying(item, true);
            await new Promise((done) => { setTimeout(done, Math.max(trouble.after, wait) * 1000); });
            wait = Math.min(wait * 2, 20);
            continue;
          }
          wait = 1;
          item.failed = trouble.code;
          this.keep(item);
          this.on.failed(item, trouble);
        }
      }
    } finally {
      this.running = false;
    }
  }

  // hopeless says whether a photo was tried often enough: it may be too much for a line that takes words. While nothing gets through at all,
  // or the server has named a time, it is not the photo's fault.
  async hopeless(item, trouble) {
    if (!item.photos?.some((photo) => !photo.sent) || trouble.status === 429) return false;
    if (trouble.status === 0 && !(await this.reaches())) return false;
    if (this.tried !== item.id) Object.assign(this, { tried: item.id, tries: 0 });
    this.tries++;
    if (this.tries < mostTries) return false;
    this.tried = "";
    return true;
  }

  async reaches() {
    try {
      await this.calls.get(`/lines?after=${encodeURIComponent(this.place() || "0")}`);
      return true;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      return false;
    }
  }

  async send(item) {
    const body = { id: item.id, after: this.place() };
    if (item.order) body.order = item.order;
    if (item.text) body.text = item.text;
    for (const [n, photo] of (item.photos ?? []).entries()) {
      (body.photos ??= []).push(photo.name);
      if (photo.sent) continue;
      await this.calls.put(`/photos/${photo.name}`, photo.blob ?? await (await fetchData(photo.data)).blob());
      item.photos[n] = { name: photo.name, sent: true };
      this.keep(item);
    }
    return this.calls.post("/messages", body);
  }
}

// fetchData makes bytes of a data: address without asking the network, which the page's policy forbids for it.
async function fetchData(address) {
  const [head, body] = address.split(",");
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes], { type: /^data:([^;]+)/.exec(head)?.[1] ?? "image/jpeg" }));
}
