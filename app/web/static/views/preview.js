// @ts-check
/** The small picture above the time line: what a camera showed there. Only an ornament for the
 * pointer; who uses keys sees the pictures themselves move. */

import { clock, h, say } from "./dom.js";

/** @typedef {{url: string, step_ms: number, columns: number, width: number, height: number}} Sheet */

export class Preview {
  /** @type {Map<Sheet, HTMLElement>} */
  #pictures = new Map();

  constructor() {
    this.place = h("span", { class: "preview-picture" });
    this.time = h("span", { class: "preview-time" });
    this.element = h("div", { class: "preview", "aria-hidden": "true", hidden: true }, this.place, this.time);
  }

  /** @param {Sheet | null} sheet of the lane below the pointer @param {number} at_ms
   * @param {number} left where in the time line, in pixels @param {number} wide how wide that is */
  show(sheet, at_ms, left, wide) {
    this.place.hidden = !sheet;
    if (sheet) this.#turn(sheet, at_ms);
    say(this.time, clock(at_ms));
    this.element.hidden = false;
    const half = this.element.offsetWidth / 2;
    this.element.style.left = `${Math.max(half, Math.min(wide - half, left))}px`;
  }

  hide() {
    this.element.hidden = true;
  }

  /** Each sheet is fetched once, when it is first wanted.
   * @param {Sheet} sheet @param {number} at_ms */
  #turn(sheet, at_ms) {
    let picture = this.#pictures.get(sheet);
    if (!picture) {
      picture = h("span", {});
      picture.style.cssText = `width: ${sheet.width}px; height: ${sheet.height}px; background-image: url("${sheet.url}")`;
      this.#pictures.set(sheet, picture);
    }
    const number = Math.floor(at_ms / sheet.step_ms);
    const column = number % sheet.columns;
    picture.style.backgroundPosition = `-${column * sheet.width}px -${Math.floor(number / sheet.columns) * sheet.height}px`;
    if (this.place.firstChild !== picture) this.place.replaceChildren(picture);
  }
}
