// @ts-check
/** A coder's work as it stands in the browser: turns, axes, and what was decided. Without a page. */

/** @typedef {Record<string, string>} Names */
/** @typedef {{id: string, parent_id: string | null, label: string, key: string, colour: string, is_codable: boolean, name: Names, definition: Names, include: Names, exclude: Names, example: Names, source: Names}} Code */
/** @typedef {{id: string, label: string, name: Names, definition: Names, source: Names, choice: "single" | "multiple", is_required: boolean, is_ordinal: boolean, codes: Code[]}} Axis */
/** @typedef {{id: string, pseudonym: string, start_ms: number, end_ms: number, is_backchannel: boolean, is_mine: boolean}} Turn */
/** @typedef {{code_ids: string[], confidence: number | null}} Cell */
/** @typedef {{turn_id: string, axis_id: string, code_ids: string[], confidence: number | null}} Decision */
/** @typedef {{id: string, state: string, version_id: string, codebook: {axes: Axis[]}, turns: Turn[], decisions: Decision[], memos: Record<string, string>, audio: string | null}} WorkData */

/** @type {Cell} */
const NOTHING = { code_ids: [], confidence: null };

/** In the reader's language, else in another. @param {Names} names @param {string} language */
export function said(names, language) {
  return names[language] || names.fi || names.sv || names.en || "";
}

export class Work {
  /** @type {Map<string, Cell>} */
  #cells = new Map();

  /** @param {WorkData} data */
  constructor(data) {
    this.id = data.id;
    this.version = data.version_id;
    this.isDone = data.state === "done";
    this.axes = data.codebook.axes;
    this.turns = data.turns;
    this.mine = data.turns.filter((turn) => turn.is_mine);
    this.memos = new Map(Object.entries(data.memos));
    this.required = this.axes.filter((axis) => axis.is_required);
    for (const each of data.decisions) this.set(each.turn_id, each.axis_id, each);
  }

  /** @param {string} turn @param {string} axis @returns {Cell} */
  cell(turn, axis) {
    return this.#cells.get(`${turn} ${axis}`) ?? NOTHING;
  }

  /** @param {string} turn @param {string} axis @param {Cell} cell */
  set(turn, axis, { code_ids, confidence }) {
    this.#cells.set(`${turn} ${axis}`, { code_ids, confidence });
  }

  /** Whether this version of the codebook has these codes. @param {string} axis @param {string[]} codes */
  knows(axis, codes) {
    const found = this.axes.find(({ id }) => id === axis);
    return found !== undefined && codes.every((id) => found.codes.some((code) => code.id === id && code.is_codable));
  }

  /** Every required axis has a code; where none is required, any axis.
   * @param {Turn} turn */
  isCoded(turn) {
    const has = (/** @type {Axis} */ axis) => this.cell(turn.id, axis.id).code_ids.length > 0;
    return this.required.length ? this.required.every(has) : this.axes.some(has);
  }

  get coded() {
    return this.mine.filter((turn) => this.isCoded(turn)).length;
  }

  /** After a code was chosen: on a single axis it alone, or none when it stood; on a multiple one
   * it joins or leaves those that stand. `leads`: it becomes the first.
   * @param {Axis} axis @param {string[]} standing @param {string} code @param {boolean} leads
   * @returns {string[]} */
  chosen(axis, standing, code, leads) {
    const stands = standing.includes(code);
    if (axis.choice === "single") return stands ? [] : [code];
    const others = standing.filter((each) => each !== code);
    if (leads) return [code, ...others];
    return stands ? others : [...others, code];
  }

  /** The first turn after this one (from the beginning, past the end) that is not coded.
   * @param {number} place in `mine` @returns {number} -1: all are coded */
  nextUncoded(place) {
    const count = this.mine.length;
    for (let step = 1; step <= count; step += 1) {
      const at = (place + step) % count;
      if (!this.isCoded(this.mine[at])) return at;
    }
    return -1;
  }

  /** The next required axis without a code, after this one and then from the beginning.
   * @param {Turn} turn @param {number} axis @returns {number} -1: none */
  nextAxis(turn, axis) {
    for (let step = 1; step <= this.axes.length; step += 1) {
      const at = (axis + step) % this.axes.length;
      const { id, is_required } = this.axes[at];
      if (is_required && !this.cell(turn.id, id).code_ids.length) return at;
    }
    return -1;
  }
}
