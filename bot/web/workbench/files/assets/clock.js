// Clocks run by the server's time, so that a wrong clock on this device does not mislead. Colour never speaks alone: the word changes, too.
import { say } from "/assets/page/words.js";

const soon = 60000;

export function span(ms) {
  const s = Math.floor(Math.abs(ms) / 1000), two = (n) => String(n).padStart(2, "0");
  if (s >= 86400) return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}:${two(Math.floor(s / 60) % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

// clocks keeps every [data-due] of the page running; now is the server's time when the page was made, in milliseconds.
export function clocks(now) {
  const ahead = now - Date.now();
  const tick = () => {
    const at = Date.now() + ahead;
    for (const el of document.querySelectorAll("[data-due]")) {
      const left = Number(el.dataset.due) - at;
      const state = left < 0 ? "late" : left <= soon ? "soon" : "fine";
      if (!el.classList.contains(state)) {
        el.classList.remove("late", "soon", "fine");
        el.classList.add(state);
        el.querySelector(".clock-word").textContent = say(`clock.${state}`);
      }
      const text = span(left);
      const shown = el.querySelector(".clock-left");
      if (shown.textContent !== text) shown.textContent = text;
    }
  };
  tick();
  setInterval(tick, 1000);
}
