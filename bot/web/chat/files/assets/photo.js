// Photos are made smaller before they are sent: upright, at most 1600 pixels, as JPEG. What the browser cannot open is sent as it is, if it is of a kind that is taken.
import { jpeg } from "/assets/page/picture.js";
import { Trouble } from "/assets/chat/call.js";

const longest = 1600;
const mostBytes = 8 * 1024 * 1024;

export async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (!["image/jpeg", "image/png"].includes(file.type)) throw new Trouble("photo-kind", 415, 0);
    if (file.size > mostBytes) throw new Trouble("photo-large", 413, 0);
    return file;
  }
  const made = await jpeg(bitmap, longest);
  if (!made) throw new Trouble("photo-kind", 415, 0);
  return made;
}

// asData writes a photo as a text that can be kept.
export function asData(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.addEventListener("error", () => failed(new Trouble("photo-kind", 415, 0)));
    reader.readAsDataURL(blob);
  });
}
