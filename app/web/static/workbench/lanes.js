// @ts-check
/** The lanes: scrolled by the browser, drawn on one canvas that stays in view. */

import { h, icon, initials } from "../views/dom.js";
import { Dragging } from "./dragging.js";
import { draw, LANE, MARKED, overlapsOf, RULER, STRIP, visible } from "./drawing.js";
import { keyOf } from "./keys.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("../workbench.js").Person} Person */
/** @typedef {import("./drawing.js").Colours} Colours */
/** @typedef {{turns: Turn[], selected: string | null, loops: boolean, position_ms: number, heard: (person: string) => boolean}} Shown */

const ZOOM = 1.6;
const CLOSEST = 0.5;
/** Browsers draw no element wider than this. */
const WIDEST_PX = 15_000_000;
/** A finger is as good as a pointer. */
const NEAR_PX = 14;
/** Part of the view that a turn is shown from. */
const MARGIN = 0.2;

export class Lanes {
  #wanted = false;
  /** @type {import("./drawing.js").Lane[]} */
  #lanes = [];
  /** @type {import("./drawing.js").Span[]} */
  #overlaps = [];
  /** @type {Turn[]} */
  #turns = [];
  #scale = 0.05;
  #width = 0;

  /**
   * @param {Person[]} people @param {number} length_ms
   * @param {{label: string, overlaps: string, marked: import("./marks.js").Marks[], show: () => Shown,
   *   pick: (turn: Turn | null, ms: number) => void, points: (turn: Turn) => number[],
   *   move: (turn: Turn, start_ms: number, end_ms: number) => void}} hooks
   *   `marked`: lanes of notes and of the chat
   */
  constructor(people, length_ms, hooks) {
    this.people = people;
    this.length_ms = length_ms;
    this.hooks = hooks;
    /** @type {Map<string, import("./waves.js").Waves>} */
    this.waves = new Map();
    this.height = RULER + people.length * LANE + STRIP + hooks.marked.length * MARKED;
    this.canvas = h("canvas", { class: "bench-canvas", "aria-hidden": "true" });
    this.wide = h("div", { class: "bench-wide" });
    this.field = h("div", { class: "bench-field", role: "application", tabindex: "0", "aria-label": hooks.label, "aria-describedby": "bench-now bench-keys" }, this.canvas, this.wide);
    const names = people.map(({ name, hue }, n) =>
      h("div", { class: `bench-name hue-${hue}` }, h("span", { class: "avatar" }, initials(name)), h("span", {}, people[n].id && keyOf(n) ? `${keyOf(n)} · ${name}` : name)),
    );
    const strip = h("div", { class: "bench-strip" }, hooks.overlaps);
    const marked = hooks.marked.map(({ lane, title }) => h("div", { class: "bench-marked" }, icon(lane), h("span", {}, title)));
    this.element = h("div", { class: "bench-lanes" }, h("div", { class: "bench-names", "aria-hidden": "true" }, h("div", { class: "bench-corner" }), ...names, strip, ...marked), this.field);
    this.field.addEventListener("scroll", () => this.want(), { passive: true });
    this.field.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.dragging = new Dragging(this.canvas, length_ms, {
      under: (event) => this.#under(event),
      lane: ({ user_id }) => this.#lanes[this.people.findIndex(({ id }) => id === user_id)]?.turns ?? [],
      ms: (px) => px / this.#scale,
      selected: () => hooks.show().selected,
      points: hooks.points,
      move: hooks.move,
      pick: (place) => this.#pick(place),
      scroll: (px) => (this.field.scrollLeft += px),
      changed: () => this.want(),
    });
    this.canvas.addEventListener("pointermove", (event) => this.#hover(this.#under(event).mark));
    this.canvas.addEventListener("pointerleave", () => this.#hover(null));
    new ResizeObserver(() => this.#resize()).observe(this.field);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#colour());
  }

  get from_ms() {
    return this.field.scrollLeft / this.#scale;
  }

  /** Draws before the next frame, however often it is asked. */
  want() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(() => {
      this.#wanted = false;
      this.#draw();
    });
  }

  /** @param {number} factor more than 1: closer. Keeps the playhead where it is, if it is in view. */
  zoom(factor) {
    const { position_ms } = this.hooks.show();
    const inView = position_ms >= this.from_ms && position_ms <= this.from_ms + this.#width / this.#scale;
    const anchor = inView ? position_ms : this.from_ms + this.#width / this.#scale / 2;
    this.#zoomAt(factor, anchor);
  }

  closer() {
    this.zoom(ZOOM);
  }

  further() {
    this.zoom(1 / ZOOM);
  }

  /** Scrolls until this stretch is in view. @param {number} start_ms @param {number} [end_ms] */
  reveal(start_ms, end_ms = start_ms) {
    const width = this.#width / this.#scale;
    const inside = start_ms >= this.from_ms && Math.min(end_ms, start_ms + width) <= this.from_ms + width;
    if (!inside) this.field.scrollLeft = (start_ms - MARGIN * width) * this.#scale;
    this.want();
  }

  /** @param {number} factor @param {number} anchor_ms */
  #zoomAt(factor, anchor_ms) {
    const px = (anchor_ms - this.from_ms) * this.#scale;
    this.#scale = this.#limited(this.#scale * factor);
    this.#stretch();
    this.field.scrollLeft = anchor_ms * this.#scale - px;
    this.want();
  }

  /** @param {number} scale */
  #limited(scale) {
    const whole = Math.max(1, this.#width) / this.length_ms;
    return Math.max(whole, Math.min(CLOSEST, WIDEST_PX / this.length_ms, scale));
  }

  #stretch() {
    this.wide.style.width = `${Math.ceil(this.length_ms * this.#scale)}px`;
  }

  #resize() {
    const ratio = devicePixelRatio || 1;
    this.#width = this.field.clientWidth;
    this.canvas.width = Math.round(this.#width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.#width}px`;
    this.canvas.style.height = this.wide.style.height = `${this.height}px`;
    this.canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#scale = this.#limited(this.#scale);
    this.#stretch();
    this.#colour();
  }

  #colour() {
    const style = getComputedStyle(this.field);
    const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = { ink: of("ink"), soft: of("ink-soft"), line: of("line"), copper: of("copper"), surface: of("surface") };
    this.hues = this.people.map(({ hue }) => of(`hue-${hue}`));
    this.#turns = [];
    this.want();
  }

  /** @param {Turn[]} turns by start */
  #sort(turns) {
    if (turns === this.#turns) return;
    this.#turns = turns;
    const by = new Map(this.people.map(({ id }) => [id, /** @type {Turn[]} */ ([])]));
    for (const turn of turns) by.get(turn.user_id)?.push(turn);
    this.#lanes = this.people.map(({ id }, n) => ({ turns: by.get(id) ?? [], colour: this.hues?.[n] ?? "", waves: null, isHeard: true }));
    this.#overlaps = overlapsOf(turns.filter(({ user_id }) => user_id));
  }

  #draw() {
    const pen = this.canvas.getContext("2d");
    if (!pen || !this.colours || !this.#width) return;
    const { turns, selected, loops, position_ms, heard } = this.hooks.show();
    this.#sort(turns);
    this.people.forEach(({ id }, n) => {
      this.#lanes[n].waves = this.waves.get(id) ?? null;
      this.#lanes[n].isHeard = heard(id);
    });
    const { drag } = this.dragging;
    draw(pen, { from_ms: this.from_ms, scale: this.#scale, width: this.#width, lanes: this.#lanes, overlaps: this.#overlaps, selected, loops, position_ms, drag, colours: this.colours, marked: this.hooks.marked, hue: (mark) => this.#hue(mark) });
  }

  /** @param {MouseEvent} event @returns {import("./dragging.js").Place} */
  #under(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const ms = this.from_ms + (event.clientX - left) / this.#scale;
    const { marked } = this.hooks;
    const of = marked[Math.floor((event.clientY - top - this.height) / MARKED) + marked.length];
    const one = of?.near(ms, NEAR_PX / this.#scale);
    return { ms, lane: this.#lanes[Math.floor((event.clientY - top - RULER) / LANE)]?.turns ?? null, mark: one ? { of, one } : null };
  }

  /** @param {import("./dragging.js").Place["mark"]} mark */
  #hover(mark) {
    for (const marks of this.hooks.marked) marks.hover(mark?.of === marks ? mark.one : null);
  }

  /** @param {import("./marks.js").Mark} mark */
  #hue({ user_id }) {
    return this.hues?.[this.people.findIndex(({ id }) => id === user_id)] || this.colours?.copper || "";
  }

  /** @param {import("./dragging.js").Place} place */
  #pick({ ms, lane, mark }) {
    if (mark) return mark.of.choose(mark.one);
    const near = 4 / this.#scale;
    const view = { from_ms: ms - near, scale: 1, width: 2 * near };
    this.hooks.pick((lane && visible(lane, view)[0]) ?? null, Math.max(0, Math.min(this.length_ms, ms)));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left } = this.canvas.getBoundingClientRect();
    this.#zoomAt(event.deltaY < 0 ? ZOOM : 1 / ZOOM, this.from_ms + (event.clientX - left) / this.#scale);
  }
}
