// Keys for what the page has buttons for; in a field they are letters.
const writes = (el) => el?.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

function step(by) {
  const all = [...document.querySelectorAll("#queue .case-row > a, #lead li > a")];
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const current = all.findIndex((a) => a.getAttribute("aria-current"));
  const from = at >= 0 ? at : by > 0 ? current : Math.max(current, 0);
  const next = all[Math.min(all.length - 1, Math.max(0, from + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// press does what a key stands for; false when the page has nothing for it.
function press(key) {
  const row = document.activeElement?.closest?.(".case-row");
  if (key === "c" && row) { row.querySelector("button.claim")?.click(); return true; }
  const all = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  const el = key === "b" ? all[all.length - 1] : all[0]; // the last line is the one that was just said
  if (!el) return false;
  if (el.tagName === "TEXTAREA") el.focus();
  else if (el.tagName === "SUMMARY") { el.parentElement.open = true; document.getElementById("find")?.focus(); }
  else el.click();
  return true;
}

export function keys(dialog, button) {
  if (button) { button.hidden = false; button.addEventListener("click", () => dialog.showModal()); }
  document.addEventListener("keydown", (ev) => {
    if (ev.key === "Escape" && writes(ev.target)) { ev.target.blur(); document.querySelector("#talk .lines")?.focus({ preventScroll: true }); return; }
    if (ev.ctrlKey || ev.metaKey || ev.altKey || ev.isComposing || writes(ev.target) || dialog?.open) return;
    if (ev.key === "j" || ev.key === "ArrowDown" && ev.target.closest?.("#queue")) { step(1); ev.preventDefault(); return; }
    if (ev.key === "k" || ev.key === "ArrowUp" && ev.target.closest?.("#queue")) { step(-1); ev.preventDefault(); return; }
    if (["c", "r", "/", "b", "?"].includes(ev.key) && press(ev.key)) ev.preventDefault();
  });
}
