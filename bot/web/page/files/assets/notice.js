// notice shows a line in the page's live regions, so that screen readers say it too: kind is "good", "bad" or "". A line that went well goes by itself; one that
// tells of an error stays until it is closed or the next one comes.
const staysFor = 6000;

export function notice(text, kind = "") {
  const region = document.getElementById(kind === "bad" ? "alarms" : "notices");
  if (!region) return;
  const line = document.createElement("p");
  line.className = `notice ${kind}`;
  line.textContent = text;
  if (kind === "bad") {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "quiet close";
    close.textContent = "×";
    close.setAttribute("aria-label", "×");
    close.addEventListener("click", () => line.remove());
    line.append(close);
  } else {
    line.classList.add("passing");
    setTimeout(() => line.remove(), staysFor);
  }
  region.replaceChildren(line);
}
