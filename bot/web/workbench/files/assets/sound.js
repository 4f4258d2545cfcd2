// A short sound for a new case, off until it is switched on. Browsers let a page sound only after a click, and the button is one.
import { say } from "/assets/page/words.js";

const kept = "xiaoer-sound";

export function sound(button) {
  if (!button || !window.AudioContext) return () => {};
  let on = localStorage.getItem(kept) === "1";
  let audio = null;
  const show = () => { button.setAttribute("aria-pressed", String(on)); button.textContent = say(on ? "sound.on" : "sound.off"); };
  const beep = () => {
    audio ??= new AudioContext();
    audio.resume?.();
    const tone = audio.createOscillator(), level = audio.createGain(), at = audio.currentTime;
    tone.frequency.setValueAtTime(660, at);
    tone.frequency.setValueAtTime(880, at + 0.12);
    level.gain.setValueAtTime(0.0001, at);
    level.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
    tone.connect(level).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  };
  // Of several pages that hear of a case, one sounds: one that may.
  const once = () => {
    if (!on || navigator.userActivation?.hasBeenActive === false) return;
    if (!navigator.locks) { beep(); return; }
    navigator.locks.request("xiaoer-sound", { ifAvailable: true }, async (lock) => { if (lock) { beep(); await new Promise((done) => setTimeout(done, 800)); } });
  };
  window.addEventListener("storage", (ev) => { if (ev.key === kept) { on = ev.newValue === "1"; show(); } });
  button.addEventListener("click", () => { on = !on; localStorage.setItem(kept, on ? "1" : "0"); show(); if (on) beep(); });
  button.hidden = false;
  show();
  return once;
}
