// @ts-check
/**
 * What an operation takes and gives, as the server will do it: the same laws, so that the page need
 * not wait. Pure: no page, no network, no clock.
 */

/** @typedef {"proposed" | "accepted"} State */
/** @typedef {"speech" | "technical" | "laughter"} Talk what people mark a turn as */
/** @typedef {{id: string, user_id: string, start_ms: number, end_ms: number, is_backchannel: boolean, talk: Talk, state: State}} Turn */
/** @typedef {{taken: Turn[], given: Turn[]}} Change */
/** @typedef {ReadonlyMap<string, Turn>} Turns */
/**
 * @typedef {{name: "create", given: string, user_id: string, start_ms: number, end_ms: number, is_backchannel: boolean}
 *   | {name: "split", turn: string, at_ms: number, given: string[]}
 *   | {name: "merge", turns: string[], given: string}
 *   | {name: "move", turn: string, start_ms: number, end_ms: number, given: string}
 *   | {name: "assign", turn: string, user_id: string, given: string}
 *   | {name: "mark", turn: string, is_backchannel: boolean, given: string}
 *   | {name: "sort", turn: string, talk: Talk, given: string}
 *   | {name: "accept", turn: string, given: string}
 *   | {name: "delete", turn: string}
 *   | {name: "undo" | "redo", edit: string, given: string[]}} Operation
 */
/** @typedef {{id: string, operation: Operation, change: Change}} Edit */

export const SHORTEST_MS = 10;

/**
 * Null when it cannot be done to these turns.
 * @param {Operation} operation @param {Turns} turns @param {number} length_ms
 * @param {Change | null} [reversed] of an undo or redo: what the other edit did
 * @returns {Change | null}
 */
export function change(operation, turns, length_ms, reversed = null) {
  const wanted = want(operation, turns, reversed);
  return wanted && allowed(wanted, turns, length_ms) ? wanted : null;
}

/** @param {Operation} operation @param {Turns} turns @param {Change | null} reversed @returns {Change | null} */
function want(operation, turns, reversed) {
  switch (operation.name) {
    case "create": {
      const { given: id, user_id, start_ms, end_ms, is_backchannel } = operation;
      return { taken: [], given: [{ id, user_id, start_ms, end_ms, is_backchannel, talk: "speech", state: "accepted" }] };
    }
    case "merge":
      return merged(operation, turns);
    case "undo":
    case "redo":
      return reversed && again(operation.given, reversed, turns);
    default:
      return instead(operation, turns);
  }
}

/** @param {Exclude<Operation, {name: "create" | "merge" | "undo" | "redo"}>} operation @param {Turns} turns */
function instead(operation, turns) {
  const turn = turns.get(operation.turn);
  if (!turn) return null;
  return { taken: [turn], given: replacements(operation, turn) };
}

/** @param {Exclude<Operation, {name: "create" | "merge" | "undo" | "redo"}>} operation @param {Turn} turn @returns {Turn[]} */
function replacements(operation, turn) {
  /** @type {Turn} */
  const mine = { ...turn, state: "accepted" };
  switch (operation.name) {
    case "delete":
      return [];
    case "split":
      return [
        { ...mine, id: operation.given[0], end_ms: operation.at_ms },
        { ...mine, id: operation.given[1], start_ms: operation.at_ms },
      ];
    case "move":
      return [{ ...mine, id: operation.given, start_ms: operation.start_ms, end_ms: operation.end_ms }];
    case "assign":
      return [{ ...mine, id: operation.given, user_id: operation.user_id }];
    case "mark":
      return [{ ...mine, id: operation.given, is_backchannel: operation.is_backchannel }];
    case "sort":
      return [{ ...mine, id: operation.given, talk: operation.talk }];
    default:
      return [{ ...mine, id: operation.given }];
  }
}

/** @param {Extract<Operation, {name: "merge"}>} operation @param {Turns} turns @returns {Change | null} */
function merged({ turns: ids, given: id }, turns) {
  const [first, second] = inOrder(ids.flatMap((each) => turns.get(each) ?? []));
  if (!first || !second || first.id === second.id || first.user_id !== second.user_id) return null;
  const is_backchannel = first.is_backchannel && second.is_backchannel;
  const talk = first.talk === second.talk ? first.talk : "speech";
  return { taken: [first, second], given: [{ ...first, id, end_ms: second.end_ms, is_backchannel, talk, state: "accepted" }] };
}

/** @param {string[]} ids @param {Change} reversed @param {Turns} turns @returns {Change | null} */
function again(ids, { taken, given }, turns) {
  if (ids.length !== taken.length || given.some(({ id }) => !turns.has(id))) return null;
  return { taken: given, given: inOrder(taken).map((turn, n) => ({ ...turn, id: ids[n] })) };
}

/** @param {Change} wanted @param {Turns} turns @param {number} length_ms */
function allowed({ taken, given }, turns, length_ms) {
  const gone = new Set(taken.map(({ id }) => id));
  for (const turn of given) {
    if (turn.end_ms - turn.start_ms < SHORTEST_MS || turn.start_ms < 0 || turn.end_ms > length_ms) return false;
    for (const other of turns.values()) {
      if (!gone.has(other.id) && meet(turn, other)) return false;
    }
  }
  return true;
}

/** @param {Turn} one @param {Turn} other */
function meet(one, other) {
  return one.user_id === other.user_id && one.start_ms < other.end_ms && other.start_ms < one.end_ms;
}

/** As the server orders them too. @param {Iterable<Turn>} turns */
export function inOrder(turns) {
  return [...turns].sort((a, b) => a.start_ms - b.start_ms || (a.id < b.id ? -1 : 1));
}

/** @param {Map<string, Turn>} turns @param {Change} change */
export function put(turns, { taken, given }) {
  for (const { id } of taken) turns.delete(id);
  for (const turn of given) turns.set(turn.id, turn);
}

/**
 * The same operation on the turns that stand where its own stood; null when there is none to do it to.
 * @param {Operation} operation @param {Turn[]} dead its turns as they were @param {Turns} turns
 * @returns {Operation | null}
 */
export function onWhatStands(operation, dead, turns) {
  const there = [...new Set(dead.map((turn) => nearest(turn, turns)))];
  if (!dead.length || there.length !== dead.length || there.includes(null)) return null;
  const ids = there.map((turn) => /** @type {Turn} */ (turn).id);
  switch (operation.name) {
    case "create":
    case "undo":
    case "redo":
      return null;
    case "merge":
      return { ...operation, turns: ids, given: newId() };
    case "split":
      return { ...operation, turn: ids[0], given: [newId(), newId()] };
    case "delete":
      return { ...operation, turn: ids[0] };
    default:
      return { ...operation, turn: ids[0], given: newId() };
  }
}

/** @param {Turn} turn @param {Turns} turns the one of the same person that shares most time, else anybody's */
function nearest(turn, turns) {
  /** @type {Turn | null} */
  let best = null;
  let most = 0;
  for (const other of turns.values()) {
    const shared = Math.min(turn.end_ms, other.end_ms) - Math.max(turn.start_ms, other.start_ms);
    const worth = shared * (other.user_id === turn.user_id ? 1000 : 1);
    if (shared > 0 && worth > most) [best, most] = [other, worth];
  }
  return best;
}

/** Whether what an edit wanted has come true by another's hand.
 * @param {{operation: Operation, change: Change}} edit @param {Turn[]} turns */
export function isDone({ operation, change: { given } }, turns) {
  const fields = /** @type {const} */ (["user_id", "start_ms", "end_ms", "is_backchannel", "talk", "state"]);
  const same = (/** @type {Turn} */ turn) => fields.every((field) => turn[field] === given[0][field]);
  return operation.name === "accept" && turns.some(same);
}

/** Marked as that; once more: as any other speech. @param {Turn} turn @param {Talk} talk @returns {Operation} */
export function sorted(turn, talk) {
  return { name: "sort", turn: turn.id, talk: turn.talk === talk ? "speech" : talk, given: newId() };
}

/** A random UUID, also where the page came over plain HTTP. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** As it can be taken back. @param {{id: string, taken: Turn[], given: Turn[]}} edit @returns {{id: string, change: Change}} */
export function asStep({ id, taken, given }) {
  return { id, change: { taken, given } };
}
