// jpeg makes an opened picture into a JPEG with no side longer than so many pixels; null where the browser cannot. What was clear becomes white.
export function jpeg(bitmap, longest) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const to = canvas.getContext("2d");
  to.fillStyle = "#fff";
  to.fillRect(0, 0, canvas.width, canvas.height);
  to.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
}
