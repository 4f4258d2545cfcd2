// What keeps people from using a page who do not see it, see it badly, or have no mouse: a list of faults in words, empty for a page that has none.
(() => {
  const faults = [];
  const fault = (el, what) => faults.push(`${what}: ${el.outerHTML.slice(0, 120)}`);
  const shown = (el) => el.checkVisibility({ checkVisibilityCSS: true, contentVisibilityAuto: true }) && !el.closest(".unseen, .skip");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = (ids) => (ids ?? "").split(/\s+/).map((id) => document.getElementById(id)?.textContent.trim() ?? "").join(" ").trim();
  const named = (el) => el.getAttribute("aria-label")?.trim() || words(el.getAttribute("aria-labelledby")) || el.textContent.trim() ||
    [...el.querySelectorAll("img")].some((img) => img.alt) || el.title;

  if (!document.documentElement.lang) faults.push("the page does not say its language");
  if (document.title.trim() === "") faults.push("the page has no title");
  if (all("main").length !== 1) faults.push(`${all("main").length} main landmarks`);
  if (all("nav").filter(shown).length > 1) for (const nav of all("nav")) if (!nav.getAttribute("aria-label")) fault(nav, "one of several navigations has no name");
  const ids = all("[id]").map((el) => el.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push(`several elements have the id ${id}`);
  for (const el of all("[aria-labelledby], [aria-describedby], [aria-controls]")) for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const id of (el.getAttribute(name) ?? "").split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) fault(el, `${name} names nothing`);
  }
  for (const el of all("[tabindex]")) if (el.tabIndex > 0) fault(el, "a place of its own in the order of the tab key");
  for (const img of all("img")) if (!img.hasAttribute("alt")) fault(img, "a picture without words");
  for (const el of all("input:not([type=hidden]), select, textarea, meter")) {
    const label = [...(el.labels ?? [])].map((l) => l.textContent.trim()).join("") || el.getAttribute("aria-label") || words(el.getAttribute("aria-labelledby"));
    if (!label && !el.closest("[hidden]")) fault(el, "a field without a label");
  }
  for (const el of all("a[href], button, summary")) if (!named(el)) fault(el, "nothing says what it does");

  let before = 0;
  const headings = all("h1, h2, h3, h4, h5, h6").filter(shown);
  if (headings.filter((h) => h.tagName === "H1").length !== 1) faults.push("a page has one first heading");
  for (const h of headings) {
    const level = Number(h.tagName[1]);
    if (level > before + 1 && before > 0) fault(h, `a heading of level ${level} after one of level ${before}`);
    before = level;
  }

  for (const el of all("button, select, summary, input:not([type=hidden])")) {
    const box = (el.type === "checkbox" || el.type === "radio" ? el.closest("label") ?? el : el).getBoundingClientRect();
    if (shown(el) && box.height > 0 && (box.height < 23.5 || box.width < 16)) fault(el, `hard to hit (${Math.round(box.width)}×${Math.round(box.height)})`);
  }

  // Contrast as WCAG 2 has it: 4.5, and 3 for large text.
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const colour = (text) => { // of any notation, as red, green, blue and alpha from 0 to 1
    if (!known.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(text, [r / 255, g / 255, b / 255, a / 255]);
    }
    return known.get(text);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (el) => {
    const layers = [];
    for (let at = el; at; at = at.parentElement) {
      const style = getComputedStyle(at), one = colour(style.backgroundColor);
      if (style.backgroundImage !== "none") return null;
      if (one[3] > 0) layers.push(one);
      if (one[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), colour("Canvas"));
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => sum + part * (c[i] <= 0.04045 ? c[i] / 12.92 : ((c[i] + 0.055) / 1.055) ** 2.4), 0);
  const told = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const el = node.parentElement;
    if (node.data.trim() === "" || !shown(el) || el.closest(":disabled, script, style, noscript, svg, [aria-hidden=true], [inert]")) continue;
    const below = ground(el), style = getComputedStyle(el);
    if (!below) continue;
    let opacity = 1;
    for (let at = el; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const ink = colour(style.color), text = over([ink[0], ink[1], ink[2], ink[3] * opacity], below);
    const [a, b] = [light(text), light(below)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    const ratio = (a + 0.05) / (b + 0.05), key = `${style.color} ${below}`;
    if (ratio >= (large ? 3 : 4.5) || told.has(key)) continue;
    told.add(key);
    fault(el, `contrast ${ratio.toFixed(2)}`);
  }
  return faults;
})()
