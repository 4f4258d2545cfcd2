// Small things for building the page. Text is only ever set as text: nothing that a buyer, a shop or a file name says
// is read as HTML.

export const words = JSON.parse(document.getElementById("words").textContent);

// word gives the page's word, or the name itself where the page has none (a shop's own stage, say).
export const word = (name, otherwise = name) => words[name] ?? otherwise;

export const byId = (id) => document.getElementById(id);

// el makes an element. Attributes with the value null or false are left out; on… are listeners.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

// time writes a moment as the shop's clock shows it.
export function time(moment, zone, withDay = false) {
  const options = { timeZone: zone === "Local" ? undefined : zone, hour: "2-digit", minute: "2-digit", hour12: false };
  if (withDay) Object.assign(options, { month: "short", day: "numeric", weekday: "short" });
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(moment));
  } catch {
    return new Date(moment).toISOString().slice(0, 16).replace("T", " ");
  }
}

// spot is the place of a rule; of a base's file its own folder is enough.
export const spot = (a) => `${a.file.replaceAll("../", "")}:${a.line}`;
