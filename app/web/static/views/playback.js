// @ts-check
/**
 * Many files, one clock. The clock leads; each file follows it by playing a little faster or
 * slower, and jumps only when it is far off. While one file waits for data, all wait.
 */

/**
 * @typedef {object} Part one file on the common time line
 * @property {HTMLMediaElement} element
 * @property {number} start_ms where its first moment lies
 * @property {number} end_ms
 * @property {string} person
 */

/** How often files are compared with the clock. */
const CHECK_MS = 150;

/** Further off than this, jump. Lower: clicks in the sound. Higher: lips and voices part for longer. */
const JUMP_S = 0.3;

/** Nearer than this is together; people notice 80 ms. */
const NEAR_S = 0.02;

/** Loads of a file that failed in a row. Lower: a sign-in that ran out silences people. Higher: a
 * file that is gone is asked for in vain for longer. */
const TRIES = 2;

/** The most a file is hurried, so that no voice changes its pitch audibly. */
const MOST_HURRY = 0.06;

export class Playback {
  playing = false;
  waiting = false;
  rate = 1;
  /** @type {Set<string>} */
  muted = new Set();
  /** @type {Set<string>} */
  solo = new Set();
  #base = 0;
  #since = 0;
  /** @type {number | undefined} */
  #timer;
  /** @type {Map<Part, number>} loads that failed in a row */
  #failures = new Map();

  /**
   * @param {Part[]} parts @param {number} duration_ms @param {() => void} changed
   * @param {() => Promise<unknown>} renew of the sign-in, without which no more of a file comes
   */
  constructor(parts, duration_ms, changed, renew) {
    this.parts = parts;
    this.duration_ms = duration_ms;
    this.changed = changed;
    this.renew = renew;
    for (const part of parts) {
      part.element.addEventListener("error", () => this.#again(part));
      part.element.addEventListener("loadeddata", () => this.#came(part));
    }
  }

  /** Of whom something could not be had, also not after `renew`. */
  get missing() {
    const lost = this.parts.filter((part) => (this.#failures.get(part) ?? 0) > TRIES);
    return new Set(lost.map(({ person }) => person));
  }

  get position_ms() {
    const moved = this.playing && !this.waiting ? (performance.now() - this.#since) * this.rate : 0;
    return Math.min(this.duration_ms, this.#base + moved);
  }

  play() {
    if (this.position_ms >= this.duration_ms) this.#base = 0;
    this.playing = true;
    this.#mark();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#check();
    this.changed();
  }

  pause() {
    this.#base = this.position_ms;
    this.playing = this.waiting = false;
    clearInterval(this.#timer);
    for (const { element } of this.parts) element.pause();
    this.changed();
  }

  /** @param {number} ms */
  seek(ms) {
    this.#base = Math.max(0, Math.min(this.duration_ms, ms));
    this.#mark();
    for (const part of this.parts) this.#place(part);
    if (this.playing) this.#check();
    this.changed();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#base = this.position_ms;
    this.rate = rate;
    this.#mark();
    for (const { element } of this.parts) element.playbackRate = rate;
    this.changed();
  }

  /** @param {"muted" | "solo"} which @param {string} person */
  toggle(which, person) {
    const set = this[which];
    if (!set.delete(person)) set.add(person);
    this.hush();
    this.changed();
  }

  /** Who is alone is heard alone; otherwise everyone who is not muted. */
  hush() {
    for (const { element, person } of this.parts) {
      element.muted = this.solo.size ? !this.solo.has(person) : this.muted.has(person);
    }
  }

  /** The clock goes on; the file finds its place in it when it has come. @param {Part} part */
  async #again(part) {
    const failures = (this.#failures.get(part) ?? 0) + 1;
    this.#failures.set(part, failures);
    if (failures > TRIES) return this.changed();
    await this.renew();
    part.element.load();
    if (!this.playing) this.#place(part);
  }

  /** @param {Part} part */
  #came(part) {
    if (this.#failures.delete(part)) this.changed();
  }

  #mark() {
    this.#since = performance.now();
  }

  #check() {
    const now = this.position_ms;
    if (now >= this.duration_ms) {
      this.#base = this.duration_ms;
      return this.pause();
    }
    const present = this.parts.filter((part) => covers(part, now));
    const late = present.some(({ element }) => element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !element.error);
    if (late !== this.waiting) {
      this.#base = now;
      this.waiting = late;
      this.#mark();
      this.changed();
    }
    for (const part of this.parts) this.#follow(part, present.includes(part), late);
  }

  /** @param {Part} part @param {boolean} present @param {boolean} late */
  #follow(part, present, late) {
    const { element } = part;
    if (!present || late || element.error) {
      if (!element.paused) element.pause();
      if (present && late && element.readyState === 0) element.load();
      return;
    }
    const ahead = element.currentTime - this.#local(part);
    if (Math.abs(ahead) > JUMP_S) this.#place(part);
    const hurry = Math.abs(ahead) < NEAR_S ? 0 : Math.max(-MOST_HURRY, Math.min(MOST_HURRY, -ahead));
    element.playbackRate = this.rate * (1 + hurry);
    if (element.paused && !element.ended) element.play().catch(() => undefined);
  }

  /** @param {Part} part */
  #place(part) {
    const wanted = this.#local(part);
    if (wanted >= 0 && Math.abs(part.element.currentTime - wanted) > NEAR_S) {
      part.element.currentTime = wanted;
    }
  }

  /** @param {Part} part */
  #local({ start_ms }) {
    return (this.position_ms - start_ms) / 1000;
  }
}

/** @param {Part} part @param {number} ms */
function covers({ start_ms, end_ms }, ms) {
  return start_ms <= ms && ms < end_ms;
}
