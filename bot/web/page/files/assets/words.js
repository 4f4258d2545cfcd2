// Words whose keys begin with "js." in the language of the page: the layout's, and those of the page's own section.
const { words: layout, own } = document.documentElement.dataset;
const load = async (url) => (url ? (await import(url)).default : {});
const all = Object.assign(Object.create(null), await load(layout), await load(own));

// say gives the words of a key without its "js."; {1}, {2} … are the arguments.
export function say(key, ...args) {
  return (all[key] ?? key).replace(/\{(\d)\}/g, (place, n) => (n <= args.length ? String(args[n - 1]) : place));
}
