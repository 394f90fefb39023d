// @ts-check
/**
 * The slabs of the drawing follow a map while it is edited: a small copy of its canvas becomes the
 * face, one at a time, the newest waiting, shown only once it is decoded.
 */

const LONGEST = 160;
const PACE = 400; // drawing a sheared picture anew costs more than everything else in an edit's frame
/** @type {Map<string, HTMLCanvasElement>} */
const next = new Map();
/** @type {Map<string, string>} */
const shown = new Map();
let busy = false;

/**
 * @param {string} name the map
 * @param {HTMLCanvasElement} canvas
 */
export function follow(name, canvas) {
  if (!document.querySelector(`svg image[data-map="${name}"]`)) return;
  next.set(name, canvas);
  if (!busy) void work();
}

async function work() {
  busy = true;
  for (let first = next.entries().next(); !first.done; first = next.entries().next()) {
    const [name, canvas] = first.value;
    next.delete(name);
    await face(name, canvas);
    await new Promise((done) => setTimeout(done, PACE));
  }
  busy = false;
}

/**
 * @param {string} name
 * @param {HTMLCanvasElement} canvas
 */
async function face(name, canvas) {
  const scale = Math.min(1, LONGEST / Math.max(canvas.width, canvas.height));
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.round(canvas.width * scale));
  small.height = Math.max(1, Math.round(canvas.height * scale));
  small.getContext("2d")?.drawImage(canvas, 0, 0, small.width, small.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => small.toBlob(done));
  // The page may have been brought in line meanwhile; then its own address is the better one.
  if (!blob || !canvas.isConnected) return;
  const address = URL.createObjectURL(blob);
  await decoded(address);
  if (canvas.isConnected) {
    for (const image of document.querySelectorAll(`svg image[data-map="${name}"]`)) image.setAttribute("href", address);
  }
  release(name);
  shown.set(name, address);
}

/** @param {string} name */
function release(name) {
  const old = shown.get(name);
  if (old) setTimeout(() => URL.revokeObjectURL(old), 1000);
}

/**
 * Load a picture so that setting it later shows it at once.
 * @param {string} address
 */
export async function decoded(address) {
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => {});
  return image;
}
