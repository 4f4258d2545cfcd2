// Puts a button and the chat's frame into a page. <script src="https://HOST/chat/SHOP.js" async></script>; on the tag:
// data-identity (who the buyer is, signed by the site), data-lang (zh or en), data-side (left or right), data-open (opens at once).
(() => {
  "use strict";
  const chat = "CHAT";
  const tag = document.currentScript;
  if (!tag || document.querySelector("xiaoer-chat")) return;
  const base = new URL(tag.src);
  if (location.origin !== base.origin && !chat.origins.includes(location.origin)) {
    console.warn(`xiaoer: pages of ${location.origin} may not show this chat; add it to chat.origins in the shop's connect.yaml`);
  }
  const { identity, side } = tag.dataset;
  const lang = ["zh", "en"].includes(tag.dataset.lang) ? tag.dataset.lang : chat.lang;
  const words = {
    zh: { open: "联系客服", close: "收起客服", news: (n) => `，${n} 条新回复`, frame: "客服对话" },
    en: { open: "Chat with us", close: "Close the chat", news: (n) => `, ${n} new`, frame: "Chat" },
  }[lang === "en" ? "en" : "zh"];

  const host = document.createElement("xiaoer-chat");
  const shadow = host.attachShadow({ mode: "closed" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; position: fixed; z-index: 2147483000; inset: auto ${side === "left" ? "auto" : "1rem"} 1rem ${side === "left" ? "1rem" : "auto"}; }
    button { font: 600 16px/1.2 system-ui, sans-serif; color: #fff8ec; background: #b5382a; border: 0; border-radius: 2rem; padding: .8rem 1.2rem; cursor: pointer;
      box-shadow: 0 2px 12px rgb(0 0 0 / .25); display: block; margin-${side === "left" ? "right" : "left"}: auto; min-height: 2.75rem; white-space: nowrap; }
    button:focus-visible { outline: 3px solid #1a6fb0; outline-offset: 3px; }
    button span { display: inline-block; min-width: 1.3em; margin-left: .5em; padding: 0 .35em; border-radius: 1em; background: #fff8ec; color: #b5382a; text-align: center; }
    iframe { display: block; border: 0; width: min(24rem, calc(100vw - 2rem)); height: min(38rem, calc(100vh - 6rem)); margin-bottom: .7rem; border-radius: .9rem;
      background: #fffdf8; box-shadow: 0 4px 28px rgb(0 0 0 / .3); color-scheme: light dark; }
    [hidden] { display: none !important; }
    @media (max-width: 30rem) { iframe:not([hidden]) { position: fixed; inset: 0; width: 100vw; height: 100dvh; border-radius: 0; margin: 0; } iframe:not([hidden]) + button { display: none; } }
    @media (prefers-color-scheme: dark) { iframe { background: #1f1d1a; } }
  `);
  shadow.adoptedStyleSheets = [style];

  const button = document.createElement("button");
  button.type = "button";
  const badge = document.createElement("span");
  badge.hidden = true;
  badge.setAttribute("aria-hidden", "true");
  let frame = null;
  let unread = 0;
  const shown = () => frame && !frame.hidden;
  const label = () => {
    button.textContent = shown() ? words.close : words.open;
    badge.textContent = String(unread);
    badge.hidden = unread === 0;
    button.append(badge);
    button.setAttribute("aria-expanded", String(Boolean(shown())));
    button.setAttribute("aria-label", (shown() ? words.close : words.open) + (unread > 0 ? words.news(unread) : ""));
  };
  const tell = (what) => frame?.contentWindow?.postMessage({ xiaoer: what }, base.origin);
  const load = () => {
    frame = document.createElement("iframe");
    frame.title = words.frame;
    frame.hidden = true;
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
    frame.referrerPolicy = "no-referrer";
    const at = new URL(`/chat/${chat.shop}`, base.origin);
    at.searchParams.set("lang", lang);
    at.hash = `framed&${identity ? `identity=${encodeURIComponent(identity)}` : "guest"}`;
    frame.src = at.href;
    shadow.insertBefore(frame, button);
  };
  const remember = (on) => { try { sessionStorage.setItem(`xiaoer-chat:${chat.shop}`, on ? "open" : "used"); } catch { /* it opens closed next time */ } };
  const open = () => { if (!frame) load(); frame.hidden = false; unread = 0; remember(true); label(); frame.focus(); tell("opened"); };
  const close = () => { if (!frame) return; frame.hidden = true; remember(false); label(); tell("closed"); button.focus(); };

  button.addEventListener("click", () => (shown() ? close() : open()));
  window.addEventListener("message", (ev) => {
    if (!frame || ev.source !== frame.contentWindow || ev.origin !== base.origin) return;
    if (ev.data?.xiaoer === "close") close();
    if (ev.data?.xiaoer === "ready") tell(shown() ? "opened" : "closed");
    if (ev.data?.xiaoer === "unread" && Number.isInteger(ev.data.count)) { unread = shown() ? 0 : Math.min(ev.data.count, 99); label(); }
  });
  shadow.append(button);
  label();
  const put = () => {
    document.body.append(host);
    let before = null;
    try { before = sessionStorage.getItem(`xiaoer-chat:${chat.shop}`); } catch { /* nothing is kept */ }
    if (before === "open" || "open" in tag.dataset) open();
    else if (before) load();
    if (frame) label();
  };
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
