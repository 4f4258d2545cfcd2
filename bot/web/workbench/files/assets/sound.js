// A short sound for a new case, off until it is switched on. Browsers let a page sound only after a click, and the button is one.
import { say } from "/assets/page/words.js";

const kept = "xiaoer-sound";

export function sound(button) {
  if (!button || !window.AudioContext) return () => {};
  let on = localStorage.getItem(kept) === "1";
  let audio = null;
  const show = () => { button.setAttribute("aria-pressed", String(on)); button.textContent = say(on ? "sound.on" : "sound.off"); };
  const beep = () => {
    if (!on) return;
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
  button.addEventListener("click", () => { on = !on; localStorage.setItem(kept, on ? "1" : "0"); show(); beep(); });
  button.hidden = false;
  show();
  return beep;
}
