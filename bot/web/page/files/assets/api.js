// Calls of the JSON API of this site, with the session's cookie. What goes wrong is shown in the page (see notice.js) unless {quiet: true}, and thrown as a
// Failure.
import { say } from "/assets/page/words.js";
import { notice } from "/assets/page/notice.js";

export class Failure extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || String(status));
    this.status = status; // 0: nothing came back
    this.problem = problem ?? {};
    this.kind = String(problem?.type ?? "").replace("urn:xiaoer:problem:", "");
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// freshKey makes an idempotency key: the same call under the same key has one effect, however often it is sent. crypto.randomUUID is there on https only.
export function freshKey() {
  const raw = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(raw, (b) => b.toString(16).padStart(2, "0")).join("");
}

// call sends one request and gives what came back. What has no effect, or one effect under its key, is tried again when the server is busy or the network fails.
export async function call(method, path, body, { key, quiet = false, tries = 3, signal } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const again = method === "GET" || Boolean(key);
  for (let n = 1; ; n++) {
    const failure = await once(method, path, body, headers, signal);
    if (!(failure instanceof Failure)) return failure.value;
    const passing = failure.status === 0 || failure.status === 503;
    if (again && passing && n < tries && !signal?.aborted) {
      await pause(failure.after ?? 500 * 2 ** n);
      continue;
    }
    if (!quiet && !signal?.aborted) notice(wordsFor(failure), "bad");
    throw failure;
  }
}

async function once(method, path, body, headers, signal) {
  try {
    const answer = await fetch(path, {
      method, headers, signal, credentials: "same-origin", cache: "no-store", redirect: "error",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const isJSON = /json/.test(answer.headers.get("content-type") ?? "");
    const value = isJSON ? await answer.json() : null;
    if (answer.ok) return { value };
    const failure = new Failure(answer.status, value);
    const after = Number(answer.headers.get("retry-after"));
    if (after > 0 && after <= 10) failure.after = after * 1000;
    return failure;
  } catch (err) {
    const failure = new Failure(0, null);
    failure.cause = err;
    return failure;
  }
}

// wordsFor says in the reader's language what went wrong.
export function wordsFor(failure) {
  switch (failure.status) {
    case 0: return say("api.offline");
    case 401: return say("api.signedout");
    case 403: return say("api.forbidden");
    case 429: case 503: return say("api.busy");
    default: return `${say("api.failed")} (${failure.message})`;
  }
}
