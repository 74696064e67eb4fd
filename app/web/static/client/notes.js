// @ts-check
/**
 * What an observer notes down, on its way to the server: each key press is kept in the browser, and
 * each finished note until it has arrived. A lost connection, a reload, a closed phone: nothing is
 * lost, and nothing arrives twice.
 */

import { ApiError } from "./api.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {"observation" | "technical"} Kind */
/** @typedef {{id: string, kind: Kind, text: string, begun: number, refused?: string}} Item
 * `begun`: ms since 1970 by this browser's clock, of which only the time that has passed since is
 * told; `refused`: why it will never be taken */
/** @typedef {{id: string, at: string, kind: Kind, text: string}} Note as the server has it */
/** @typedef {{text: string, kind: Kind, begun: number | null}} Draft */

/** Before trying again. Lower: more requests while the network is away. Higher: it is noticed later. */
const RETRY_MS = [1000, 3000, 10_000, 30_000];

export class Notes {
  /** What has arrived, the newest first. @type {Note[]} */
  arrived = [];
  /** False: this browser keeps nothing over a reload. */
  kept = true;
  /** @type {"saved" | "waiting" | "signed_out"} */
  state = "saved";
  /** @type {Item[]} */
  #items;
  #running = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Api} api @param {Storage} storage @param {string} meeting @param {string} me whose they
   *   are: another person at the same computer neither sees nor sends them
   * @param {() => void} changed
   */
  constructor(api, storage, meeting, me, changed) {
    this.api = api;
    this.storage = storage;
    this.changed = changed;
    this.path = `/meetings/${meeting}/notes`;
    this.name = `emessi.notes.${meeting}.${me}`;
    /** @type {Draft} */
    this.draft = { text: "", kind: "observation", begun: null, ...this.#read(`${this.name}.draft`) };
    this.#items = this.#keys().flatMap((key) => this.#read(key) ?? []);
    this.#items.sort((one, other) => one.begun - other.begun);
    void this.#open();
  }

  /** What has not arrived, the oldest first. @returns {readonly Item[]} */
  get waiting() {
    return this.#items;
  }

  /** The note being written. Its moment is that of its first letter. @param {string} text @param {Kind} kind */
  write(text, kind) {
    const begun = text.trim() ? (this.draft.begun ?? Date.now()) : null;
    this.draft = { text, kind, begun };
    this.#keep(`${this.name}.draft`, this.draft);
    this.changed();
  }

  /** The note is finished; false when there is none. */
  finish() {
    const { text, kind, begun } = this.draft;
    if (!text.trim() || begun === null) return false;
    const item = { id: crypto.randomUUID(), kind, text: text.trim(), begun };
    this.#items.push(item);
    this.#keep(`${this.name}.note.${item.id}`, item);
    this.write("", kind);
    void this.send();
    return true;
  }

  /** Gives up a note that was refused. @param {string} id */
  discard(id) {
    this.#items = this.#items.filter((item) => item.id !== id);
    this.storage.removeItem(`${this.name}.note.${id}`);
    this.changed();
  }

  /** Goes on sending; after a failure, without waiting for the next try. */
  async send() {
    clearTimeout(this.#timer);
    if (this.#running) return;
    this.#running = true;
    this.state = "saved";
    for (const item of this.#items.filter(({ refused }) => !refused)) {
      if (!(await this.#one(item))) {
        const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
        this.#failures += 1;
        this.#timer = setTimeout(() => this.send(), wait);
        break;
      }
    }
    this.#running = false;
    this.changed();
    // What was finished meanwhile.
    if (this.state === "saved" && this.#items.some(({ refused }) => !refused)) await this.send();
  }

  /** @param {Item} item @returns {Promise<boolean>} false: not now */
  async #one(item) {
    const { id, kind, text, begun } = item;
    try {
      const note = await this.api.post(this.path, { id, kind, text, ago_ms: Math.max(0, Date.now() - begun) });
      this.arrived = [note, ...this.arrived.filter((each) => each.id !== id)];
      this.discard(id);
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      if (isPassing(reason)) {
        this.state = reason.status === 401 ? "signed_out" : "waiting";
        return false;
      }
      item.refused = reason.title || reason.code;
      this.#keep(`${this.name}.note.${id}`, item);
    }
    this.#failures = 0;
    return true;
  }

  async #open() {
    const found = await this.api.get(`${this.path}?mine=true`).catch(() => null);
    const known = new Set(this.arrived.map(({ id }) => id));
    for (const note of found?.items ?? []) if (!known.has(note.id)) this.arrived.push(note);
    this.arrived.sort((one, other) => other.at.localeCompare(one.at));
    await this.send();
  }

  #keys() {
    return Object.keys(this.storage).filter((key) => key.startsWith(`${this.name}.note.`));
  }

  /** @param {string} key @param {unknown} value */
  #keep(key, value) {
    try {
      this.storage.setItem(key, JSON.stringify(value));
      this.kept = true;
    } catch {
      this.kept = false;
    }
  }

  /** @param {string} key */
  #read(key) {
    try {
      return JSON.parse(this.storage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }
}

/** Whether the same may well be taken another time. @param {ApiError} reason */
function isPassing({ status }) {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}
