// @ts-check
/** A drawing as PNG at twice its size: the browser draws the SVG itself, nothing leaves the page. */

const SCALE = 2;

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-png]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  void drawn(link);
});

/** @param {HTMLAnchorElement} link */
async function drawn(link) {
  const words = link.textContent;
  link.textContent = "Drawing …";
  try {
    const image = new Image();
    image.src = link.href;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * image.naturalWidth;
    canvas.height = SCALE * image.naturalHeight;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done));
    if (!blob) throw new Error("no room for so large a picture");
    save(URL.createObjectURL(blob), new URL(link.href).pathname.slice(1).replace(".svg", ".png"));
    link.textContent = words;
  } catch (error) {
    link.textContent = `${words}: it could not be drawn here; take the SVG.`;
  }
}

/**
 * @param {string} address
 * @param {string} name
 */
export function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
