// @ts-check
/** Sends edits in their order, one at a time, and goes on trying while the server is out of reach. */

import { ApiError } from "../client/api.js";

/** @typedef {import("./operations.js").Edit} Edit */

/** An edge that is nudged again within this time is one edit. Lower: an edit for each key press.
 * Higher: others see it later. */
const NUDGED_AGAIN_MS = 700;

/** Waits between tries. Lower: more requests into nothing. Higher: later saved once it is back. */
const PATIENCE_MS = [1000, 2000, 5000, 10_000, 15_000];

/** What passes by itself: no connection, too many requests, the server's own trouble. */
const PASSING = new Set([0, 429, 500, 502, 503, 504]);

/** What passes when somebody signs in, or when the worker has made the recording again. */
const WAITS_FOR = new Map([["not_signed_in", "signed_out"], ["not_indexed", "remade"]]);

export class Queue {
  /** "saved", "sending", "waiting" (out of reach), "signed_out", "remade" (not now) */
  state = "saved";
  /** @type {Edit[]} */
  edits = [];
  /** Sent at least once: may be done already, and is not changed any more. @type {Set<string>} */
  #tried = new Set();
  #failures = 0;
  /** @type {number | undefined} */
  #timer;
  #busy = false;

  /**
   * @param {{send: (edit: Edit) => Promise<any>, saved: (edit: Edit, answer: any) => void,
   *   refused: (edit: Edit, reason: ApiError) => Promise<void>, changed: () => void}} hooks
   * @param {import("../client/shelf.js").Shelf} shelf
   */
  constructor(hooks, shelf) {
    this.hooks = hooks;
    this.shelf = shelf;
    this.kept = true;
  }

  /** What an earlier visit left; sent when it is woken. */
  open() {
    this.edits = this.shelf.all();
    for (const { id } of this.edits) this.#tried.add(id);
  }

  /** @param {Edit} edit */
  add(edit) {
    this.edits.push(edit);
    this.kept = this.shelf.keep(edit);
    this.wake();
  }

  /** The last edit, while nothing of it has left. */
  get last() {
    const edit = this.edits.at(-1);
    return edit && !this.#tried.has(edit.id) ? edit : null;
  }

  /** The last edit was changed. @param {Edit} edit */
  again(edit) {
    this.kept = this.shelf.keep(edit);
    this.#later(NUDGED_AGAIN_MS);
  }

  /** @param {string} id */
  drop(id) {
    this.edits = this.edits.filter((edit) => edit.id !== id);
    this.shelf.drop(id);
  }

  /** Tries at once: something was added, or the network is back. */
  wake() {
    const first = this.edits[0];
    const rests = this.edits.length === 1 && first.operation.name === "move" && !this.#tried.has(first.id);
    this.#later(rests ? NUDGED_AGAIN_MS : 0);
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    if (!this.#busy && this.edits.length && ["saved", "sending"].includes(this.state)) this.#say("sending");
    this.#timer = setTimeout(() => this.#send(), ms);
  }

  async #send() {
    if (this.#busy || !this.edits.length) return;
    this.#busy = true;
    try {
      while (this.edits.length) {
        const edit = this.edits[0];
        this.#tried.add(edit.id);
        if (!(await this.#one(edit))) return;
      }
      this.#say("saved");
    } finally {
      this.#busy = false;
    }
  }

  /** Whether to go on at once. @param {Edit} edit */
  async #one(edit) {
    try {
      const answer = await this.hooks.send(edit);
      this.#failures = 0;
      this.drop(edit.id);
      this.hooks.saved(edit, answer);
      this.#say("sending");
      return true;
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      if (PASSING.has(reason.status) || WAITS_FOR.has(reason.code)) return this.#wait(reason);
      this.drop(edit.id);
      await this.hooks.refused(edit, reason);
      return true;
    }
  }

  /** @param {ApiError} reason */
  #wait(reason) {
    this.#say(WAITS_FOR.get(reason.code) ?? "waiting");
    const pause = PATIENCE_MS[Math.min(this.#failures++, PATIENCE_MS.length - 1)];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), pause);
    return false;
  }

  /** @param {string} state */
  #say(state) {
    this.state = state;
    this.hooks.changed();
  }
}
