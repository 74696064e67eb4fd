// @ts-check
/** Where somebody speaks, and the sound does not say who: what may become turns. */

/** @typedef {import("./operations.js").Turn} Turn */

export class Heard {
  /** @type {Turn[]} */
  spans = [];
  /** How many more of them are no speech. */
  dismissed = 0;

  /** @param {[number, number][]} spans @param {number} dismissed */
  load(spans, dismissed) {
    this.spans = spans.map(([start_ms, end_ms]) => somebody(start_ms, end_ms));
    this.dismissed = dismissed;
  }

  /** Nobody speaks there. @param {Turn} span */
  drop(span) {
    this.spans = this.spans.filter(({ id }) => id !== span.id);
    this.dismissed += 1;
  }

  /** Those that no turn tells. @param {Turn[]} turns */
  open(turns) {
    return this.spans.filter((span) => !isTold(span, turns));
  }
}

/** @param {number} start_ms @param {number} end_ms @returns {Turn} of nobody */
function somebody(start_ms, end_ms) {
  return { id: `heard-${start_ms}`, user_id: "", start_ms, end_ms, is_backchannel: false, talk: "speech", state: "proposed" };
}

/** Whether turns cover half of it or more. @param {Turn} span @param {Turn[]} turns */
function isTold({ start_ms, end_ms }, turns) {
  const shared = turns.reduce((sum, turn) => sum + Math.max(0, Math.min(turn.end_ms, end_ms) - Math.max(turn.start_ms, start_ms)), 0);
  return 2 * shared >= end_ms - start_ms;
}
