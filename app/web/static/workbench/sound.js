// @ts-check
/** Everybody's own sound in step; the loop of one turn, and one person alone. */

import { h } from "../views/dom.js";
import { Playback } from "../views/playback.js";

/** @typedef {import("../workbench.js").Person} Person */
/** @typedef {import("./operations.js").Turn} Turn */

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

export class Sound {
  /** @type {{start_ms: number, end_ms: number} | null} */
  loop = null;

  /** @param {Person[]} people @param {number} length_ms @param {() => void} changed @param {() => Promise<unknown>} renew */
  constructor(people, length_ms, changed, renew) {
    const parts = people.flatMap(({ id, files }) =>
      files.map(({ url, start_ms, duration_ms }) => ({
        element: h("audio", { src: url, preload: "metadata" }),
        start_ms,
        end_ms: start_ms + duration_ms,
        person: id,
      })),
    );
    this.playback = new Playback(parts, length_ms, changed, renew);
    this.element = h("div", { hidden: true }, ...parts.map(({ element }) => element));
  }

  get position_ms() {
    return this.playback.position_ms;
  }

  toggle() {
    if (this.playback.playing) this.playback.pause();
    else this.playback.play();
  }

  /** @param {number} by how many steps faster */
  faster(by) {
    const at = RATES.indexOf(this.playback.rate) + by;
    this.playback.setRate(RATES[Math.max(0, Math.min(RATES.length - 1, at))]);
  }

  /** Only this person, or everybody again; whether they have a sound of their own. @param {string} person */
  alone(person) {
    if (!this.playback.parts.some((part) => part.person === person)) return false;
    const was = this.playback.solo.has(person);
    this.playback.solo.clear();
    if (!was) this.playback.solo.add(person);
    this.playback.hush();
    this.playback.changed();
    return true;
  }

  /** @param {string} person */
  isHeard(person) {
    return !this.playback.solo.size || this.playback.solo.has(person);
  }

  /** Before each frame: at the end of the loop, from its start again. */
  tick() {
    const { loop, playback } = this;
    if (!loop || !playback.playing) return;
    if (playback.position_ms >= loop.end_ms || playback.position_ms < loop.start_ms - 50) playback.seek(loop.start_ms);
  }
}
