// Photos are made smaller before they are sent: upright, at most 1600 pixels, as JPEG. What the browser cannot open is sent as it is, if it is of a kind that is taken.
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
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const to = canvas.getContext("2d");
  to.fillStyle = "#fff";
  to.fillRect(0, 0, canvas.width, canvas.height);
  to.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Trouble("photo-kind", 415, 0))), "image/jpeg", 0.85);
  });
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
