// @ts-check
/** Where somebody speaks, and the sound does not say who: what may become turns. */

/** @typedef {import("./operations.js").Turn} Turn */

/** @param {number} start_ms @param {number} end_ms @returns {Turn} of nobody */
export function somebody(start_ms, end_ms) {
  return { id: `heard-${start_ms}`, user_id: "", start_ms, end_ms, is_backchannel: false, state: "proposed" };
}

/** Whether turns cover half of it or more. @param {Turn} span @param {Turn[]} turns */
export function isTold({ start_ms, end_ms }, turns) {
  const shared = turns.reduce((sum, turn) => sum + Math.max(0, Math.min(turn.end_ms, end_ms) - Math.max(turn.start_ms, start_ms)), 0);
  return 2 * shared >= end_ms - start_ms;
}
