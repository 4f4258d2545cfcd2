// A worker that all pages of one account in a browser share: it holds one line for them, since over HTTP/1.1 a browser has six connections to a host, and a line for
// each page would use them up. Unlike a page that leads the others, it is there without https, and is not put to sleep in the background.
import { line } from "/assets/page/line.js";

const beat = 15000; // ms: pages that hear nothing for long know that the worker is gone
const ports = new Set();
let held = null, state = "", ready = null;

const tell = (message) => { for (const port of ports) port.postMessage(message); };

function take(name, data, id) {
  const message = { name, data, id };
  if (name === "ready") ready = message;
  tell(message);
}

function become(next) {
  state = next;
  if (next !== "live") ready = null;
  tell({ state });
}

function join(port, { url, names, who }) {
  ports.add(port);
  if (!held || state === "signedout") { held = line(url, names, take, become, { who }); return; }
  port.postMessage({ state });
  if (ready) port.postMessage(ready); // the page reads itself anew: something may have changed since it was made
}

function leave(port) {
  ports.delete(port);
  port.close();
  if (ports.size > 0) return;
  held?.stop();
  held = null;
}

self.addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data.join) join(port, data.join);
    else if (data.leave) leave(port);
    else if (data.looked) held?.looked();
    else if (data.online) held?.online();
  };
});
setInterval(() => tell({ beat: true }), beat);
