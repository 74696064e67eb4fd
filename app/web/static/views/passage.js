// @ts-check
/** One stretch of a recording's sound: played from its start to its end, once or over and over. */

/** How often the end is looked for. Lower: more work. Higher: the next turn is heard too. */
const CHECK_MS = 40;

export class Passage {
  loops = false;
  #start = 0;
  #end = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {HTMLMediaElement} element @param {() => void} changed */
  constructor(element, changed) {
    this.element = element;
    this.changed = changed;
    element.addEventListener("error", () => this.stop());
  }

  get playing() {
    return this.#timer !== undefined;
  }

  /** @param {number} start_ms @param {number} end_ms @param {number} [lead_ms] heard before it */
  play(start_ms, end_ms, lead_ms = 0) {
    this.#start = Math.max(0, start_ms - lead_ms) / 1000;
    this.#end = end_ms / 1000;
    this.element.currentTime = this.#start;
    this.element.play().catch(() => this.stop());
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.changed();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.element.pause();
    this.changed();
  }

  #check() {
    const { element } = this;
    if (element.currentTime < this.#end && !element.ended) return;
    if (!this.loops) return this.stop();
    element.currentTime = this.#start;
    element.play().catch(() => this.stop());
  }
}
