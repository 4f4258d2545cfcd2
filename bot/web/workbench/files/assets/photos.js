// Photos of an answer: chosen, pasted or dropped. Each is sent to the desk at once and shown with a button that takes it out again; the answer then only names them. What
// is no JPEG or PNG, or too large, the browser makes into a JPEG first, if it can open it.
import { jpeg } from "/assets/page/picture.js";
import { say } from "/assets/page/words.js";

const mostBytes = 8 * 1024 * 1024, longest = 1920, plain = ["image/jpeg", "image/png"];

// smaller is a photo as it can be sent; it throws the key of the words for why it cannot.
async function smaller(file) {
  if (plain.includes(file.type) && file.size <= mostBytes) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw plain.includes(file.type) ? "photo.large" : "photo.kind";
  }
  const blob = await jpeg(bitmap, longest);
  if (!blob) throw "photo.kind";
  return blob;
}

// upload sends one photo and gives its path; fetch tells nothing of how far it is.
const upload = (url, body, progress) => new Promise((done, failed) => {
  const call = new XMLHttpRequest();
  call.open("POST", url);
  call.setRequestHeader("x-fragment", "1");
  call.responseType = "json";
  call.upload.addEventListener("progress", (ev) => { if (ev.lengthComputable) progress.value = ev.loaded / ev.total; });
  call.addEventListener("load", () => (call.status === 200 && call.response?.path ? done(call.response.path) : failed(call.response?.detail)));
  for (const end of ["error", "abort", "timeout"]) call.addEventListener(end, () => failed());
  call.timeout = 90_000;
  call.send(body);
});

// photos takes care of those of one form. trouble tells the writer what went wrong; changed is called when others are to be sent than before.
export function photos(form, { trouble, changed }) {
  const list = form.querySelector("#thumbs"), input = form.querySelector("#photos"), most = Number(form.dataset.most);
  let line = Promise.resolve(); // one after the other

  function thumb(name, src) {
    const li = document.createElement("li"), img = document.createElement("img"), out = document.createElement("button");
    img.src = src;
    img.alt = name;
    img.width = img.height = 72;
    out.type = "button";
    out.className = "copy";
    out.textContent = "×";
    out.setAttribute("aria-label", say("photo.drop", name));
    out.addEventListener("click", () => { li.remove(); input.focus(); changed(); });
    li.append(img, out);
    list.append(li);
    return li;
  }

  function named(li, path) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "photo";
    field.value = path;
    li.append(field);
  }

  async function send(file, li, name) {
    const progress = document.createElement("progress");
    progress.setAttribute("aria-label", say("photo.sending", name));
    li.append(progress);
    try {
      const body = await smaller(file);
      if (!li.isConnected) return;
      const path = await upload(`${form.dataset.photo}?key=${encodeURIComponent(form.elements.key.value)}`, body, progress);
      if (all().includes(path)) { li.remove(); return; } // the same photo twice
      progress.remove();
      if (li.isConnected) { named(li, path); changed(say("photo.ready", name)); }
    } catch (why) {
      li.remove();
      trouble(typeof why === "string" ? (why.startsWith("photo.") ? say(why, name) : why) : say("photo.failed", name));
    }
  }

  function add(files) {
    for (const file of files) {
      if (list.childElementCount >= most) { trouble(say("photo.many", most)); return; }
      if (!file.type.startsWith("image/") || file.type === "image/svg+xml") { trouble(say("photo.kind", file.name)); continue; }
      const src = URL.createObjectURL(file), li = thumb(file.name, src);
      line = line.then(() => send(file, li, file.name)).finally(() => URL.revokeObjectURL(src));
    }
  }

  const all = () => [...list.querySelectorAll("input[name=photo]")].map((field) => field.value);

  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  form.addEventListener("paste", (ev) => {
    const files = [...(ev.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (files.length > 0) { ev.preventDefault(); add(files); }
  });
  const carries = (ev) => ev.dataTransfer?.types.includes("Files");
  for (const kind of ["dragenter", "dragover"]) form.addEventListener(kind, (ev) => { if (carries(ev)) { ev.preventDefault(); form.classList.add("dropping"); } });
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("dropping"));
  form.addEventListener("drop", (ev) => { if (carries(ev)) { ev.preventDefault(); add([...ev.dataTransfer.files]); } });

  return {
    all,
    ready: () => line, // when all that were chosen are there or refused
    put(paths) { for (const path of paths) if (!all().includes(path)) named(thumb(say("photo.ready", ""), path), path); },
    drop(paths) { for (const li of [...list.children]) if (paths.includes(li.querySelector("input[name=photo]")?.value)) li.remove(); },
  };
}
