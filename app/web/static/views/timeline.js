// @ts-check
/** One lane per person with the turns as bars, a ruler, a playhead; click or keys to seek. */

import { clock, h, initials, set } from "./dom.js";
import { Preview } from "./preview.js";

/** @typedef {import("../recording.js").Person} Person */
/** @typedef {import("./playback.js").Playback} Playback */
/** @typedef {import("../client/languages.js").Translate} Translate */

const STEP_MS = 5_000;
const PAGE_MS = 30_000;

/** Marks of the ruler, in seconds: the first that gives at most ten. */
const MARKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

export class Timeline {
  /** @param {Person[]} people @param {Playback} playback @param {Translate} t */
  constructor(people, playback, t) {
    this.people = people;
    this.playback = playback;
    this.t = t;
    this.head = h("div", { class: "playhead" });
    this.preview = new Preview();
    this.field = h("div", {
      class: "lanes",
      role: "slider",
      tabindex: "0",
      "aria-label": t("recording.position"),
      "aria-valuemin": 0,
      "aria-valuemax": Math.round(playback.duration_ms / 1000),
    });
    this.field.append(this.#ruler(), ...people.map((person) => this.#lane(person)), this.head, this.preview.element);
    this.element = h(
      "div",
      { class: "timeline" },
      h("div", { class: "lane-names", "aria-hidden": "true" }, h("div", { class: "ruler" }), ...people.map(laneName)),
      this.field,
    );
    this.#listen();
  }

  update() {
    const { position_ms, duration_ms } = this.playback;
    this.head.style.left = `${(100 * position_ms) / duration_ms}%`;
    set(this.field, "aria-valuenow", Math.round(position_ms / 1000));
    set(this.field, "aria-valuetext", this.t("recording.position_of", { now: clock(position_ms), all: clock(duration_ms) }));
  }

  #ruler() {
    const seconds = this.playback.duration_ms / 1000;
    const step = MARKS_S.find((mark) => seconds / mark <= 10) ?? 3600;
    const ruler = h("div", { class: "ruler", "aria-hidden": "true" });
    for (let at = 0; at < seconds * 0.97; at += step) {
      const mark = h("span", {}, clock(at * 1000));
      mark.style.left = `${(100 * at) / seconds}%`;
      ruler.append(mark);
    }
    return ruler;
  }

  /** @param {Person} person */
  #lane({ hue, turns }) {
    const lane = h("div", { class: `lane hue-${hue}` });
    const share = 100 / this.playback.duration_ms;
    for (const { start_ms, end_ms, is_backchannel } of turns) {
      const bar = h("div", { class: is_backchannel ? "bar backchannel" : "bar" });
      bar.style.left = `${start_ms * share}%`;
      bar.style.width = `${(end_ms - start_ms) * share}%`;
      lane.append(bar);
    }
    return lane;
  }

  #listen() {
    const seek = (/** @type {PointerEvent} */ event) => {
      const { left, width } = this.field.getBoundingClientRect();
      this.playback.seek(((event.clientX - left) / width) * this.playback.duration_ms);
    };
    this.field.addEventListener("pointerdown", (event) => {
      this.field.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.field.addEventListener("pointermove", (event) => {
      if (this.field.hasPointerCapture(event.pointerId)) seek(event);
      this.#look(event);
    });
    for (const end of ["pointerleave", "pointercancel", "lostpointercapture"]) {
      this.field.addEventListener(end, () => this.preview.hide());
    }
    this.field.addEventListener("keydown", (event) => this.#key(event));
  }

  /** What the camera of the lane below the pointer showed there; of the first one on the ruler.
   * @param {PointerEvent} event */
  #look({ clientX, clientY }) {
    const { left, width } = this.field.getBoundingClientRect();
    const share = Math.max(0, Math.min(0.9999, (clientX - left) / width));
    const lanes = [...this.field.querySelectorAll(".lane")];
    const number = lanes.findIndex((lane) => clientY < lane.getBoundingClientRect().bottom);
    const sheet = this.people[number]?.preview ?? null;
    this.preview.show(sheet, share * this.playback.duration_ms, clientX - left, width);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { playback } = this;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => playback.seek(playback.position_ms - STEP_MS),
      ArrowRight: () => playback.seek(playback.position_ms + STEP_MS),
      ArrowDown: () => playback.seek(playback.position_ms - STEP_MS),
      ArrowUp: () => playback.seek(playback.position_ms + STEP_MS),
      PageDown: () => playback.seek(playback.position_ms - PAGE_MS),
      PageUp: () => playback.seek(playback.position_ms + PAGE_MS),
      Home: () => playback.seek(0),
      End: () => playback.seek(playback.duration_ms),
      " ": () => (playback.playing ? playback.pause() : playback.play()),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** @param {Person} person */
function laneName({ name, hue }) {
  return h("div", { class: `lane-name hue-${hue}` }, h("span", { class: "avatar" }, initials(name)), h("span", {}, name));
}
