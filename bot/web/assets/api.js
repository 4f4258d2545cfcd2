// The page's calls. Every answer is the whole session as it looks then.

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Problem(response.status, answer.detail || answer.title);
  return answer;
}

export const begin = (shop) => call("/demo/sessions", { shop });
export const look = (session) => call(`/demo/sessions/${session}`);
export const send = (session, message) => call(`/demo/sessions/${session}/messages`, message);
export const move = (session, to) => call(`/demo/sessions/${session}/clock`, { to });
export const act = (session, what) => call(`/demo/sessions/${session}/agent`, what);
export const why = (session, turn) => call(`/demo/sessions/${session}/turns/${encodeURIComponent(turn)}`);
