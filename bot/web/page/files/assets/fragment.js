// refresh reads a part of the page anew from the address in its data-fragment, which answers with HTML that the server has escaped (page.Pages.Part). An answer that
// comes after a later one was asked for is thrown away; the focus stays on the element with the same id. It gives false when nothing was replaced.
const asked = new WeakMap();

export async function refresh(part) {
  const mine = (asked.get(part) ?? 0) + 1;
  asked.set(part, mine);
  let answer;
  try {
    answer = await fetch(part.dataset.fragment, { credentials: "same-origin", cache: "no-store", headers: { "x-fragment": "1" } });
  } catch {
    return false;
  }
  if (!answer.ok || answer.redirected || asked.get(part) !== mine) return false;
  const text = await answer.text();
  if (asked.get(part) !== mine) return false;
  const made = new DOMParser().parseFromString(text, "text/html"); // scripts in it do not run, and the policy forbids them too
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...Array.from(made.body.childNodes, (node) => document.importNode(node, true)));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  part.dispatchEvent(new CustomEvent("fragment", { bubbles: true }));
  return true;
}

// soon gives a function that calls another once, a little after the last of many calls, and at the latest after five times that.
export function soon(work, ms = 150) {
  let timer, began = 0;
  return (...args) => {
    clearTimeout(timer);
    began ||= Date.now();
    timer = setTimeout(() => { began = 0; work(...args); }, Math.max(0, Math.min(ms, began + 5 * ms - Date.now())));
  };
}

// paced gives a function that calls another almost at once, and then no more often than every ms.
export function paced(work, ms) {
  let timer, last = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => { last = Date.now(); work(); }, Math.max(20, last + ms - Date.now()));
  };
}
