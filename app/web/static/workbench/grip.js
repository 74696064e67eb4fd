// @ts-check
/** An edge of a turn in somebody's hand: which one it is, and where it may go. Knows no page. */

import { SHORTEST_MS } from "./operations.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {"start_ms" | "end_ms"} Edge */
/** @typedef {{turn: Turn, edge: Edge}} Held */

/** Edges go in the steps of a nudge. */
const STEP_MS = 10;

/** Part of a turn that belongs to its edges, on either side: what is short can still be picked. */
const OWN_PART = 0.25;

/** @type {readonly Edge[]} */
const EDGES = ["start_ms", "end_ms"];

/** The nearest edge; where two turns meet, of the one that is pointed at.
 * @param {readonly Turn[]} turns of one person @param {number} ms @param {number} near_ms
 * @returns {Held | null} */
export function edgeAt(turns, ms, near_ms) {
  /** @type {Held | null} */
  let best = null;
  let least = near_ms;
  for (const turn of turns) {
    const isInside = turn.start_ms <= ms && ms < turn.end_ms;
    const most = isInside ? (turn.end_ms - turn.start_ms) * OWN_PART : near_ms;
    for (const edge of EDGES) {
      const off = Math.abs(turn[edge] - ms);
      if (off > most || off > least || (off === least && best && !isInside)) continue;
      [best, least] = [{ turn, edge }, off];
    }
  }
  return best;
}

/** The place nearest to the pointer that the turn leaves it: between its neighbours, on a step, or
 * on one of the points when close.
 * @param {Held} held @param {number} ms @param {readonly Turn[]} turns of the same person
 * @param {number} length_ms @param {readonly number[]} points @param {number} near_ms
 * @returns {{at_ms: number, isSnapped: boolean}} */
export function placed(held, ms, turns, length_ms, points, near_ms) {
  const [low, high] = room(held, turns, length_ms);
  const free = points.filter((point) => low <= point && point <= high && Math.abs(point - ms) <= near_ms);
  const point = free.sort((a, b) => Math.abs(a - ms) - Math.abs(b - ms))[0];
  if (point !== undefined) return { at_ms: point, isSnapped: true };
  const step = Math.round(ms / STEP_MS) * STEP_MS;
  return { at_ms: Math.max(low, Math.min(high, step)), isSnapped: false };
}

/** @param {Held} held @param {readonly Turn[]} turns @param {number} length_ms @returns {[number, number]} */
function room({ turn, edge }, turns, length_ms) {
  let [low, high] = edge === "start_ms" ? [0, turn.end_ms - SHORTEST_MS] : [turn.start_ms + SHORTEST_MS, length_ms];
  for (const { id, start_ms, end_ms } of turns) {
    if (id === turn.id) continue;
    if (edge === "start_ms" && end_ms <= turn.start_ms) low = Math.max(low, end_ms);
    if (edge === "end_ms" && start_ms >= turn.end_ms) high = Math.min(high, start_ms);
  }
  return [low, high];
}
