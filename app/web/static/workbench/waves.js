// @ts-check
/** Waveform peaks (audiowaveform JSON, version 2) at every zoom, without reading all of them. */

/** How many of the finer steps make one of the coarser. */
const COARSER = 8;

export class Waves {
  /** Largest amplitude per step, 0 to 1; each level COARSER times coarser. @type {Float32Array[]} */
  #levels;

  /** @param {{sample_rate: number, samples_per_pixel: number, bits: number, data: number[]}} document */
  constructor({ sample_rate, samples_per_pixel, bits, data }) {
    this.step_ms = (1000 * samples_per_pixel) / sample_rate;
    const full = 2 ** (bits - 1);
    const finest = new Float32Array(data.length / 2);
    for (let n = 0; n < finest.length; n++) finest[n] = Math.max(-data[2 * n], data[2 * n + 1]) / full;
    const loudest = finest.reduce((most, each) => Math.max(most, each), 0.05);
    this.#levels = [finest.map((each) => each / loudest)];
    while (this.#levels[this.#levels.length - 1].length > COARSER) {
      this.#levels.push(coarser(this.#levels[this.#levels.length - 1]));
    }
  }

  /** One per pixel, 0 to 1. @param {number} from_ms @param {number} scale px per ms @param {number} width px */
  heights(from_ms, scale, width) {
    const per_px = 1 / scale / this.step_ms;
    const level = Math.max(0, Math.min(this.#levels.length - 1, Math.floor(Math.log(per_px) / Math.log(COARSER))));
    const values = this.#levels[level];
    const unit = this.step_ms * COARSER ** level;
    const found = new Float32Array(width);
    for (let at = 0; at < width; at++) {
      const first = Math.floor((from_ms + at / scale) / unit);
      const last = Math.max(first + 1, Math.floor((from_ms + (at + 1) / scale) / unit));
      for (let n = Math.max(0, first); n < Math.min(last, values.length); n++) {
        if (values[n] > found[at]) found[at] = values[n];
      }
    }
    return found;
  }
}

/** @param {Float32Array} values */
function coarser(values) {
  const made = new Float32Array(Math.ceil(values.length / COARSER));
  for (let n = 0; n < values.length; n++) {
    const at = Math.floor(n / COARSER);
    if (values[n] > made[at]) made[at] = values[n];
  }
  return made;
}
