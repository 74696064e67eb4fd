// @ts-check
/** Pictures as PNG: drawn here from the SVG, so that the server needs neither fonts nor a rasteriser. */

import { save } from "./views/download.js";

/** Lower: blurred in print. Higher: larger files. */
const SCALE = 3;

for (const button of document.querySelectorAll("button[data-picture]")) {
  wire(/** @type {HTMLButtonElement} */ (button));
}

/** @param {HTMLButtonElement} button */
function wire(button) {
  const { picture = "", name = "picture" } = button.dataset;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      save(await drawn(picture), `${name}.png`);
    } catch {
      location.assign(picture); // the same picture, as it is
    } finally {
      button.disabled = false;
    }
  });
}

/** The picture behind an address, as PNG.
 * @param {string} address @returns {Promise<Blob>} */
async function drawn(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const source = URL.createObjectURL(await answer.blob());
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(source);
  }
}
