// @ts-check
/** Saving what is being written: a while after the last letter, and one at a time, or the second
 * would come before the first. */

export class Saving {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void>} */
  #last = Promise.resolve();

  /** @param {() => Promise<void>} save @param {number} after_ms */
  constructor(save, after_ms) {
    this.save = save;
    this.after_ms = after_ms;
  }

  /** Something was written. */
  later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.after_ms);
  }

  /** What is written by now. */
  now() {
    clearTimeout(this.#timer);
    this.#last = this.#last.catch(() => undefined).then(() => this.save());
    return this.#last;
  }

  /** What was written last is not saved any more; what is being saved is awaited. */
  stop() {
    clearTimeout(this.#timer);
    return this.#last;
  }
}
