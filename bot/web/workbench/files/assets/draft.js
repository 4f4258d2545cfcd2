// Drafts of answers lie on this device, each with the key under which it is sent once: words that may have been sent before a reload are not sent twice. They are
// those of one person, and go when somebody leaves or another comes.
const prefix = "xiaoer-draft:";
const mine = (me) => `${prefix}${encodeURIComponent(me)}:`;

// draft is that of one person for one answer, whatever the queue was narrowed to when it was opened.
export function draft(me, action) {
  const at = mine(me) + new URL(action, location.href).pathname;
  return {
    get() {
      try { return JSON.parse(localStorage.getItem(at)); } catch { return null; }
    },
    put(text, key, photos = []) { // false where nothing can be kept
      try { text || photos.length > 0 ? localStorage.setItem(at, JSON.stringify({ text, key, photos })) : localStorage.removeItem(at); } catch { return false; }
      return true;
    },
  };
}

// forget drops all drafts but those of somebody who is still here; without a name it drops all.
export function forget(me) {
  try {
    for (const at of Object.keys(localStorage)) if (at.startsWith(prefix) && !(me && at.startsWith(mine(me)))) localStorage.removeItem(at);
  } catch { /* nothing is kept here */ }
}
