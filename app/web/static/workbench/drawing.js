// @ts-check
/** Draws the stretch of time that is in view: nothing outside it costs anything. */

import { clock } from "../views/dom.js";
import { fine } from "./words.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("./marks.js").Marks} Marks */
/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {{turns: Turn[], colour: string, waves: import("./waves.js").Waves | null, isHeard: boolean}} Lane */
/** @typedef {{start_ms: number, end_ms: number}} Span */
/**
 * @typedef {object} Scene
 * @property {number} from_ms at the left edge
 * @property {number} scale px per ms
 * @property {number} width css px
 * @property {Lane[]} lanes
 * @property {Span[]} overlaps
 * @property {string | null} selected
 * @property {boolean} loops
 * @property {number} position_ms
 * @property {import("./dragging.js").Dragging["drag"]} drag
 * @property {Colours} colours
 * @property {Marks[]} marked lanes of moments, below the overlaps
 * @property {(mark: Mark) => string} hue of whoever wrote it
 */
/** @typedef {{ink: string, soft: string, line: string, copper: string, surface: string}} Colours */

export const RULER = 28;
export const LANE = 56;
/** The strip at the bottom where several speak at once. */
export const STRIP = 12;
/** A lane of notes, or of the chat, below it. */
export const MARKED = 32;

/** Marks of the ruler, in ms: the first that leaves room for its time. */
const MARKS_MS = [10, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000];
const MARK_PX = 70;
/** Half of a mark's width, px. */
const MARK = 7;

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene */
export function draw(pen, scene) {
  const { width, lanes } = scene;
  const bottom = RULER + lanes.length * LANE;
  const floor = bottom + STRIP + scene.marked.length * MARKED;
  pen.clearRect(0, 0, width, floor);
  ruler(pen, scene, bottom);
  lanes.forEach((lane, n) => drawLane(pen, scene, lane, RULER + n * LANE));
  pen.fillStyle = scene.colours.copper;
  for (const span of visible(scene.overlaps, scene)) {
    pen.fillRect(x(scene, span.start_ms), bottom + 4, Math.max(1, (span.end_ms - span.start_ms) * scene.scale), STRIP - 6);
  }
  scene.marked.forEach((marks, n) => drawMarks(pen, scene, marks, bottom + STRIP + n * MARKED));
  const at = x(scene, scene.position_ms);
  pen.fillStyle = scene.colours.ink;
  pen.fillRect(at - 1, 0, 2, floor);
  triangle(pen, at);
}

/** @param {CanvasRenderingContext2D} pen @param {number} at */
function triangle(pen, at) {
  pen.beginPath();
  pen.moveTo(at - 6, 0);
  pen.lineTo(at + 6, 0);
  pen.lineTo(at, 8);
  pen.fill();
}

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {number} bottom */
function ruler(pen, scene, bottom) {
  const { from_ms, scale, width, colours } = scene;
  const step = MARKS_MS.find((mark) => mark * scale >= MARK_PX) ?? 3_600_000;
  pen.font = '12px "Inter", system-ui, sans-serif';
  for (let ms = Math.floor(from_ms / step) * step; ms <= from_ms + width / scale; ms += step) {
    const at = Math.round(x(scene, ms));
    pen.fillStyle = colours.line;
    pen.fillRect(at, RULER - 10, 1, bottom - RULER + 10);
    pen.fillStyle = colours.soft;
    const parts = step < 1000 ? `.${String(ms % 1000).padStart(3, "0").slice(0, step < 100 ? 3 : 1)}` : "";
    pen.fillText(clock(ms) + parts, at + 4, 14);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {Lane} lane @param {number} top */
function drawLane(pen, scene, lane, top) {
  pen.fillStyle = scene.colours.line;
  pen.fillRect(0, top, scene.width, 1);
  pen.globalAlpha = lane.isHeard ? 1 : 0.35;
  if (lane.waves) waveform(pen, scene, lane, top);
  const { drag } = scene;
  for (const turn of visible(lane.turns, scene)) if (turn.id !== drag?.turn.id) bar(pen, scene, lane, turn, top);
  if (drag && lane.turns.includes(drag.turn)) dragged(pen, scene, lane, drag, top);
  pen.globalAlpha = 1;
}

/** The turn as it would be, with the time of its edge; a whole line where it is on a point.
 * @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {Lane} lane @param {NonNullable<Scene["drag"]>} drag @param {number} top */
function dragged(pen, scene, lane, { turn, edge, at_ms, isSnapped }, top) {
  bar(pen, scene, lane, { ...turn, [edge]: at_ms }, top);
  const at = Math.round(x(scene, at_ms));
  pen.fillStyle = scene.colours.copper;
  if (isSnapped) pen.fillRect(at - 1, RULER, 2, scene.lanes.length * LANE);
  const words = fine(at_ms);
  const width = pen.measureText(words).width + 12;
  const left = Math.max(0, Math.min(scene.width - width, edge === "start_ms" ? at - width - 4 : at + 4));
  pen.fillStyle = scene.colours.ink;
  pen.fillRect(left, top + (LANE - 20) / 2, width, 20);
  pen.fillStyle = scene.colours.surface;
  pen.fillText(words, left + 6, top + LANE / 2 + 4);
}

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {Lane} lane @param {number} top */
function waveform(pen, { from_ms, scale, width, colours }, { waves }, top) {
  const heights = waves?.heights(from_ms, scale, width) ?? [];
  pen.fillStyle = colours.soft;
  const before = pen.globalAlpha;
  pen.globalAlpha = before * 0.45;
  for (let at = 0; at < heights.length; at++) {
    const height = heights[at] * (LANE - 8);
    if (height >= 1) pen.fillRect(at, top + (LANE - height) / 2, 1, height);
  }
  pen.globalAlpha = before;
}

/** Accepted turns are filled; what the machine proposes is only outlined. Back-channels are lower. What is marked as
 * technical talk or as laughter is paler, with a line through it.
 * @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {Lane} lane @param {Turn} turn @param {number} top */
function bar(pen, scene, lane, turn, top) {
  const inset = turn.is_backchannel ? 18 : 9;
  const left = x(scene, turn.start_ms);
  const width = Math.max(2, (turn.end_ms - turn.start_ms) * scene.scale);
  const [y, height] = [top + inset, LANE - 2 * inset];
  pen.fillStyle = pen.strokeStyle = lane.colour;
  const before = pen.globalAlpha;
  const isSpeech = turn.talk === "speech";
  pen.globalAlpha = before * (turn.state === "accepted" && isSpeech ? 0.85 : 0.22);
  pen.fillRect(left, y, width, height);
  pen.globalAlpha = before;
  if (!isSpeech) pen.fillRect(left, y + height / 2 - 1, width, 2);
  if (turn.state === "proposed" && width > 3) {
    pen.setLineDash([4, 3]);
    pen.lineWidth = 1.5;
    pen.strokeRect(left + 0.75, y + 0.75, width - 1.5, height - 1.5);
    pen.setLineDash([]);
  }
  if (turn.id === scene.selected || turn.id === scene.drag?.turn.id) ring(pen, scene, left, y, width, height);
}

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {number} left @param {number} y @param {number} width @param {number} height */
function ring(pen, { colours, loops }, left, y, width, height) {
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2.5;
  pen.strokeRect(left - 2, y - 3, width + 4, height + 6);
  pen.fillStyle = colours.ink;
  for (const edge of [left - 2, left + width + 2]) pen.fillRect(edge - 2.5, y + height / 2 - 7, 5, 14);
  if (!loops) return;
  pen.fillStyle = colours.copper;
  pen.fillRect(left - 2, y - 6, width + 4, 3);
}

/** Observations are round, technical help is square, and what was written in the chat is a speech
 * bubble in its writer's colour; the one that is read has a line through the lanes.
 * @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {Marks} marks @param {number} top */
function drawMarks(pen, scene, marks, top) {
  const { colours, width } = scene;
  pen.fillStyle = colours.line;
  pen.fillRect(0, top, width, 1);
  for (const mark of marks.marks) {
    const at = x(scene, mark.at_ms);
    if (at < -MARK || at > width + MARK) continue;
    const isRead = mark === marks.selected || mark === marks.hovered;
    pen.fillStyle = pen.strokeStyle = marks.lane === "chat" ? scene.hue(mark) : colours.copper;
    if (isRead) pen.fillRect(at - 0.5, RULER, 1, top - RULER + MARKED / 2);
    pen.beginPath();
    if (marks.lane === "chat") bubble(pen, at, top + MARKED / 2);
    else if (mark.kind === "technical") pen.rect(at - MARK + 1, top + MARKED / 2 - MARK + 1, 2 * MARK - 2, 2 * MARK - 2);
    else pen.arc(at, top + MARKED / 2, MARK, 0, 2 * Math.PI);
    pen.fill();
    if (mark !== marks.selected) continue;
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2.5;
    pen.stroke();
  }
}

/** Its tail stands at the moment. @param {CanvasRenderingContext2D} pen @param {number} at @param {number} middle */
function bubble(pen, at, middle) {
  const [left, right, high, low] = [at - MARK, at + MARK + 2, middle - MARK, middle + MARK - 4];
  pen.moveTo(left, high);
  pen.lineTo(right, high);
  pen.lineTo(right, low);
  pen.lineTo(at + 4, low);
  pen.lineTo(at, low + 6);
  pen.lineTo(at - 1, low);
  pen.lineTo(left, low);
  pen.closePath();
}

/** Those in view of spans in order that do not overlap one another.
 * @template {Span} T @param {T[]} spans @param {{from_ms: number, scale: number, width: number}} view @returns {T[]} */
export function visible(spans, { from_ms, scale, width }) {
  const to_ms = from_ms + width / scale;
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end_ms <= from_ms) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < spans.length && spans[end].start_ms < to_ms) end++;
  return spans.slice(low, end);
}

/** @param {{from_ms: number, scale: number}} scene @param {number} ms */
function x({ from_ms, scale }, ms) {
  return (ms - from_ms) * scale;
}

/** Where at least two people speak at once. @param {Turn[]} turns by start @returns {Span[]} */
export function overlapsOf(turns) {
  const ends = turns.flatMap(({ start_ms, end_ms }) => [[start_ms, 1], [end_ms, -1]]);
  ends.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  /** @type {Span[]} */
  const found = [];
  let speaking = 0;
  for (const [at, change] of ends) {
    if (speaking + change === 2 && change > 0) found.push({ start_ms: at, end_ms: at });
    if (speaking === 2 && change < 0) found[found.length - 1].end_ms = at;
    speaking += change;
  }
  return found.filter(({ start_ms, end_ms }) => end_ms > start_ms);
}
