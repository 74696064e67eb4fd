// @ts-check
/** One stretch of a recording's sound: played from its start to its end, once or over and over. */

/** How often the end is looked for. Lower: more work. Higher: the next turn is heard too. */
const CHECK_MS = 40;

/** Loads of a sound that failed, per play. Lower: a sign-in that ran out is heard. Higher: a sound
 * that is gone is asked for in vain for longer. */
const TRIES = 2;

export class Passage {
  loops = false;
  /** The sound could not be had, also not after `renew`. */
  failed = false;
  #start = 0;
  #end = 0;
  #tries = 0;
  #loading = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {HTMLMediaElement} element @param {() => void} changed
   * @param {() => Promise<unknown>} renew of the sign-in, without which no more sound comes
   */
  constructor(element, changed, renew) {
    this.element = element;
    this.changed = changed;
    this.renew = renew;
    element.addEventListener("error", () => this.playing && void this.#again());
  }

  get playing() {
    return this.#timer !== undefined;
  }

  /** @param {number} start_ms @param {number} end_ms @param {number} [lead_ms] heard before it */
  play(start_ms, end_ms, lead_ms = 0) {
    this.#start = Math.max(0, start_ms - lead_ms) / 1000;
    this.#end = end_ms / 1000;
    this.#tries = 0;
    this.failed = false;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    if (this.element.error) void this.#again();
    else this.#begin();
    this.changed();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.element.pause();
    this.changed();
  }

  /** Stopped before it began, it is left alone: something else may be played by now. */
  #begin() {
    const { element } = this;
    element.currentTime = this.#start;
    element.play().catch((reason) => {
      if (!element.error && reason.name !== "AbortError") this.stop();
    });
  }

  async #again() {
    const { element } = this;
    if (this.#loading) return;
    if (this.#tries === TRIES) {
      this.failed = true;
      return this.stop();
    }
    this.#tries += 1;
    this.#loading = true;
    await this.renew();
    const works = await loaded(element);
    this.#loading = false;
    if (!this.playing) return;
    if (works) this.#begin();
    else void this.#again();
  }

  #check() {
    const { element } = this;
    if (this.#loading || (element.currentTime < this.#end && !element.ended)) return;
    if (this.loops) this.#begin();
    else this.stop();
  }
}

/** @param {HTMLMediaElement} element @returns {Promise<boolean>} */
function loaded(element) {
  return new Promise((done) => {
    const ends = new AbortController();
    const once = (/** @type {boolean} */ works) => () => (ends.abort(), done(works));
    element.addEventListener("loadedmetadata", once(true), ends);
    element.addEventListener("error", once(false), ends);
    element.load();
  });
}
