// @ts-check
/**
 * The turns as the page shows them: what the server said, and over it what it has not got yet.
 * Knows no page; whoever shows it is told when something changed.
 */

import { Heard } from "./heard.js";
import { asStep, change, inOrder, newId, onWhatStands, put } from "./operations.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("./operations.js").Change} Change */
/** @typedef {import("./operations.js").Operation} Operation */
/** @typedef {import("./operations.js").Edit} Edit */
/** @typedef {import("./queue.js").Queue} Queue */
/** @typedef {{id: string, sequence: number, operation: string, author_id: string, author: string, made_at: string, taken: Turn[], given: Turn[]}} Done */
/** @typedef {{id: string, edit: Edit, title: string, by: Done[]}} Aside an edit that could not be done */
/** @typedef {{id: string, change: Change}} Step */

export class Bench {
  /** @type {Map<string, Turn>} */
  #base = new Map();
  /** The last edit, if it was a nudge. */
  #nudge = "";
  /** @type {Map<string, Turn>} */
  turns = new Map();
  /** @type {Turn[]} by start */
  order = [];
  heard = new Heard();
  /** @type {Step[]} */
  undoable = [];
  /** @type {Step[]} */
  redoable = [];
  /** @type {Aside[]} */
  aside = [];
  sequence = 0;
  index_id = "";

  /**
   * @param {number} length_ms @param {() => void} changed
   * @param {import("../client/shelf.js").Shelf} shelf of what was set aside
   */
  constructor(length_ms, changed, shelf) {
    this.length_ms = length_ms;
    this.changed = changed;
    this.shelf = shelf;
    this.aside = shelf.all();
    /** @type {Queue | null} */
    this.queue = null;
  }

  /** All that the server has. What is on its way here stays on top of it.
   * @param {{index_id: string, sequence: number, turns: Turn[], heard: [number, number][], dismissed: number, undo: Done[], redo: Done[]}} found */
  load({ index_id, sequence, turns, heard, dismissed, undo, redo }) {
    this.heard.load(heard, dismissed);
    this.#base = new Map(turns.map((turn) => [turn.id, turn]));
    Object.assign(this, { index_id, sequence });
    this.undoable = undo.map(asStep);
    this.redoable = redo.map(asStep);
    this.#rebuild();
    for (const edit of this.#pending) this.#remember(edit);
    this.changed();
  }

  /** All edits since, in order: others', and one's own, also by another tab. @param {Done[]} edits */
  hear(edits) {
    for (const edit of edits) {
      put(this.#base, edit);
      this.sequence = Math.max(this.sequence, edit.sequence);
    }
    if (edits.length) this.#rebuild();
    this.changed();
  }

  /** What is on its way once more over what the server has, after something of it was refused. */
  again() {
    this.#rebuild();
    this.changed();
  }

  /** The server did it; perhaps some time ago, for another tab of the same person. @param {Edit} edit @param {Done} answer */
  saved(edit, answer) {
    if (answer.sequence > this.sequence) put(this.#base, { taken: edit.change.taken, given: answer.given });
    if (answer.sequence === this.sequence + 1) this.sequence = answer.sequence;
    this.#rebuild();
    this.changed();
  }

  /** Whether it could be done here and now; it is on its way then. Nudges in a row are one edit.
   * @param {Operation} operation @param {boolean} [isNudge] */
  make(operation, isNudge = false) {
    const nudged = isNudge ? this.#nudgedAgain(operation) : null;
    if (nudged !== null) return nudged;
    const reversed = this.#reversed(operation);
    const done = change(operation, this.turns, this.length_ms, reversed);
    if (!done) return null;
    const edit = { id: newId(), operation, change: done };
    put(this.turns, done);
    this.order = this.#inOrder();
    this.#remember(edit);
    this.#nudge = isNudge ? edit.id : "";
    this.queue?.add(edit);
    this.changed();
    return done;
  }

  /** Nobody speaks there. @param {Turn} span of what was heard */
  drop(span) {
    this.heard.drop(span);
    this.order = this.#inOrder();
    this.changed();
  }

  /** @returns {Change | null} */
  undo() {
    return this.#back("undo", this.undoable);
  }

  /** @returns {Change | null} */
  redo() {
    return this.#back("redo", this.redoable);
  }

  /** Kept here until a person says what becomes of it. @param {Edit} edit @param {string} title @param {Done[]} by */
  setAside(edit, title, by) {
    const item = { id: edit.id, edit, title, by };
    this.aside.push(item);
    this.shelf.keep(item);
    this.#forgetStep(edit.id);
  }

  /** @param {string} id */
  dismiss(id) {
    this.aside = this.aside.filter((item) => item.id !== id);
    this.shelf.drop(id);
    this.changed();
  }

  /** What was set aside, done to what stands there now. @param {Aside} item */
  doAnyway(item) {
    const { operation, change: was } = item.edit;
    const operation_ = onWhatStands(operation, was.taken, this.turns);
    const done = operation_ && this.make(operation_);
    if (done) this.dismiss(item.id);
    return done;
  }

  /** @param {Aside} item */
  canDoAnyway({ edit }) {
    const operation = onWhatStands(edit.operation, edit.change.taken, this.turns);
    return Boolean(operation && change(operation, this.turns, this.length_ms));
  }

  /** A turn, or what may become one. @param {string | null} id @returns {Turn | null} */
  find(id) {
    return (id && this.turns.get(id)) || this.order.find((turn) => turn.id === id) || null;
  }

  /** What was heard stands among the turns until people have said whose it is. */
  #inOrder() {
    const turns = inOrder(this.turns.values());
    const open = this.heard.open(turns);
    return open.length ? inOrder([...turns, ...open]) : turns;
  }

  get #pending() {
    return this.queue?.edits ?? [];
  }

  /** What is on its way, over what the server has. What does not fit is done already or will be
   * refused: that is for the server to say. */
  #rebuild() {
    this.turns = new Map(this.#base);
    for (const edit of this.#pending) {
      const { operation } = edit;
      const reverses = operation.name === "undo" || operation.name === "redo";
      const done = reverses ? this.#fits(edit.change) : change(operation, this.turns, this.length_ms);
      if (done) put(this.turns, (edit.change = done));
    }
    this.order = this.#inOrder();
  }

  /** @param {Change} wanted */
  #fits(wanted) {
    return wanted.taken.every(({ id }) => this.turns.has(id)) ? wanted : null;
  }

  /** A nudge of what was nudged just now is the same edit. @param {Operation} operation @returns {Change | null} */
  #nudgedAgain(operation) {
    const last = this.queue?.last;
    if (!last || operation.name !== "move" || last.operation.name !== "move") return null;
    if (last.id !== this.#nudge || last.operation.given !== operation.turn) return null;
    const { start_ms, end_ms } = operation;
    const joined = { ...last.operation, start_ms, end_ms };
    const before = new Map(this.turns);
    put(before, { taken: last.change.given, given: last.change.taken });
    const done = change(joined, before, this.length_ms);
    if (!done) return null;
    Object.assign(last, { operation: joined, change: done });
    put(this.turns, done);
    this.order = this.#inOrder();
    this.#forgetStep(last.id);
    this.undoable.push({ id: last.id, change: done });
    this.queue?.again(last);
    this.changed();
    return done;
  }

  /** @param {"undo" | "redo"} name @param {Step[]} stack @returns {Change | null} */
  #back(name, stack) {
    const latest = stack.at(-1);
    if (!latest) return null;
    const done = this.make({ name, edit: latest.id, given: latest.change.taken.map(newId) });
    if (!done) this.#forgetStep(latest.id);
    return done;
  }

  /** @param {Operation} operation */
  #reversed(operation) {
    if (operation.name !== "undo" && operation.name !== "redo") return null;
    const stack = operation.name === "undo" ? this.undoable : this.redoable;
    return stack.find(({ id }) => id === operation.edit)?.change ?? null;
  }

  /** @param {Edit} edit */
  #remember({ id, operation, change: done }) {
    if ([...this.undoable, ...this.redoable].some((known) => known.id === id)) return;
    this.#rename(operation, done);
    if (operation.name === "undo" || operation.name === "redo") this.#forgetStep(operation.edit);
    else this.redoable = [];
    (operation.name === "undo" ? this.redoable : this.undoable).push({ id, change: done });
  }

  /** What comes back has another id: earlier steps go on with it. @param {Operation} operation @param {Change} done */
  #rename(operation, done) {
    const was = this.#reversed(operation);
    if (!was) return;
    const names = new Map(inOrder(was.taken).map((turn, n) => [turn.id, done.given[n]]));
    for (const known of [...this.undoable, ...this.redoable]) {
      const { taken, given } = known.change;
      known.change = { taken, given: given.map((turn) => names.get(turn.id) ?? turn) };
    }
  }

  /** @param {string} id */
  #forgetStep(id) {
    this.undoable = this.undoable.filter((known) => known.id !== id);
    this.redoable = this.redoable.filter((known) => known.id !== id);
  }
}
