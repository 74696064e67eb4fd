// @ts-check
/** The pointer over the lanes: a click picks, an edge that is drawn along moves a turn once. */

import { edgeAt, placed } from "./grip.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("./grip.js").Held} Held */
/** @typedef {import("./marks.js").Marks} Marks */
/** @typedef {{ms: number, lane: Turn[] | null, mark: {of: Marks, one: import("./marks.js").Mark} | null}} Place
 * under the pointer; null: beside the lanes, or the marks */
/**
 * @typedef {object} Hooks
 * @property {(event: MouseEvent) => Place} under
 * @property {(turn: Turn) => Turn[]} lane all turns of the same person
 * @property {(px: number) => number} ms as long as so many px
 * @property {() => string | null} selected
 * @property {(turn: Turn) => number[]} points that an edge of this turn is drawn to
 * @property {(turn: Turn, start_ms: number, end_ms: number) => void} move
 * @property {(place: Place) => void} pick
 * @property {(px: number) => void} scroll
 * @property {() => void} changed
 */

/** From an edge that can be taken hold of. Lower: hard to hit. Higher: turns are hard to pick. */
const MOUSE_PX = 6;
const TOUCH_PX = 22;

/** The pointer may tremble so far in a click. */
const SLACK_PX = 3;

/** Nearer than this an edge goes to a point by itself. Lower: hard to hit. Higher: in the way. */
const SNAP_PX = 8;

/** From the rim of the view where it scrolls along, and by how much a frame. */
const RIM_PX = 24;
const SCROLL_PX = 10;

export class Dragging {
  /** What moves, and where to; null while nothing is dragged.
   * @type {(Held & {at_ms: number, isSnapped: boolean}) | null} */
  drag = null;
  /** @type {Held | null} */
  #held = null;
  /** Of the press. */
  #from_px = 0;
  /** The edge's place less the pointer's, so that it does not jump when it is taken. */
  #off_ms = 0;
  /** @type {PointerEvent | null} */
  #last = null;
  /** The click that follows is the end of a drag. */
  #dragged = false;

  /** @param {HTMLElement} element @param {number} length_ms @param {Hooks} hooks */
  constructor(element, length_ms, hooks) {
    this.element = element;
    this.length_ms = length_ms;
    this.hooks = hooks;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", () => this.#up());
    element.addEventListener("pointercancel", () => this.#letGo());
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("touchstart", (event) => this.#touch(event), { passive: false });
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  /** A finger moves the edges of the selected turn, and scrolls everywhere else.
   * @param {MouseEvent} event @param {boolean} isTouch */
  #edge(event, isTouch) {
    const { ms, lane } = this.hooks.under(event);
    const selected = this.hooks.selected();
    const turns = isTouch ? lane?.filter(({ id }) => id === selected) : lane;
    return edgeAt(turns ?? [], ms, this.hooks.ms(isTouch ? TOUCH_PX : MOUSE_PX));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#dragged = false;
    this.#held = this.#edge(event, event.pointerType === "touch");
    if (!this.#held) return;
    const { turn, edge } = this.#held;
    this.#from_px = event.clientX;
    this.#off_ms = turn[edge] - this.hooks.under(event).ms;
    this.element.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#held) {
      this.element.style.cursor = event.pointerType !== "touch" && this.#edge(event, false) ? "ew-resize" : "";
      return;
    }
    if (!this.drag && Math.abs(event.clientX - this.#from_px) <= SLACK_PX) return;
    const begins = !this.drag;
    this.#last = event;
    this.#follow();
    if (begins) requestAnimationFrame(() => this.#roll());
  }

  #follow() {
    if (!this.#held || !this.#last) return;
    const { turn, edge } = this.#held;
    const wanted = this.hooks.under(this.#last).ms + this.#off_ms;
    const points = this.hooks.points(turn).filter((point) => point !== turn[edge]);
    const near_ms = this.hooks.ms(SNAP_PX);
    this.drag = { turn, edge, ...placed(this.#held, wanted, this.hooks.lane(turn), this.length_ms, points, near_ms) };
    this.hooks.changed();
  }

  /** While an edge is held at the rim, the lanes go on under it. */
  #roll() {
    if (!this.drag || !this.#last) return;
    const { left, right } = this.element.getBoundingClientRect();
    const { clientX } = this.#last;
    const by = clientX < left + RIM_PX ? -SCROLL_PX : clientX > right - RIM_PX ? SCROLL_PX : 0;
    if (by) {
      this.hooks.scroll(by);
      this.#follow();
    }
    requestAnimationFrame(() => this.#roll());
  }

  #up() {
    const { drag } = this;
    this.#letGo();
    if (!drag) return;
    const { turn, edge, at_ms } = drag;
    if (turn[edge] === at_ms) return;
    const moved = { ...turn, [edge]: at_ms };
    this.hooks.move(turn, moved.start_ms, moved.end_ms);
  }

  #letGo() {
    this.#dragged ||= this.drag !== null;
    this.drag = this.#held = this.#last = null;
    this.hooks.changed();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (!this.#dragged) this.hooks.pick(this.hooks.under(event));
    this.#dragged = false;
  }

  /** What is about to move an edge must not scroll as well. @param {TouchEvent} event */
  #touch(event) {
    const [finger] = event.touches;
    if (event.touches.length === 1 && this.#edge(/** @type {any} */ (finger), true)) event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || !this.#held) return;
    event.preventDefault();
    event.stopPropagation();
    this.#letGo();
    this.#dragged = true;
  }
}
