// @ts-check
/**
 * What a coder decided, on its way to the server: kept in the browser until it has arrived, sent
 * one after the other in the order it was decided. A closed lid, a reload, a network that is gone:
 * nothing is lost, and nothing is sent twice to another effect.
 */

import { ApiError } from "./api.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {{path: string, body: Record<string, unknown>}} Item what is put where */
/** @typedef {"saved" | "sending" | "waiting"} State */

/** Before trying again. Lower: more requests while the network is away. Higher: it is noticed later. */
const RETRY_MS = [1000, 3000, 10_000, 30_000];

/** Whoever is still here by then has stayed. */
const LEAVING_MS = 5000;

export class Decisions {
  /** @type {Item[]} */
  #items;
  #running = false;
  #leaving = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Api} api @param {Storage} storage @param {string} name where they are kept
   * @param {(state: State, count: number) => void} tell
   * @param {(item: Item, reason: ApiError) => void} refused said no for good; the item is dropped
   */
  constructor(api, storage, name, tell, refused) {
    this.api = api;
    this.storage = storage;
    this.name = name;
    this.tell = tell;
    this.refused = refused;
    this.#items = JSON.parse(storage.getItem(name) ?? "[]");
    addEventListener("beforeunload", () => this.#leave());
  }

  /** The next page may have been read before what is on its way arrived: it is kept for that page,
   * which sends it again. */
  #leave() {
    this.#leaving = true;
    setTimeout(() => (this.#leaving = false), LEAVING_MS);
  }

  /** What has not arrived yet, in order. @returns {readonly Item[]} */
  get waiting() {
    return this.#items;
  }

  /** @param {string} path @param {Record<string, unknown>} body */
  put(path, body) {
    this.#items.push({ path, body });
    this.#keep();
    this.send();
  }

  /** Goes on sending; after a failure, without waiting for the next try. */
  async send() {
    clearTimeout(this.#timer);
    if (this.#running) return;
    this.#running = true;
    while (this.#items.length) {
      this.tell("sending", this.#items.length);
      if (!(await this.#first())) break;
    }
    this.#running = false;
    if (this.#items.length) this.#later();
    else this.tell("saved", 0);
  }

  /** @returns {Promise<boolean>} false: not now */
  async #first() {
    const item = this.#items[0];
    try {
      await this.api.send("PUT", item.path, item.body);
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      if (isPassing(reason)) return false;
      this.refused(item, reason);
    }
    if (this.#leaving) return false;
    this.#items.shift();
    this.#failures = 0;
    this.#keep();
    return true;
  }

  #later() {
    this.tell("waiting", this.#items.length);
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.send(), wait);
  }

  #keep() {
    this.storage.setItem(this.name, JSON.stringify(this.#items));
  }
}

/** Whether the same may well be taken another time. @param {ApiError} reason */
function isPassing({ status }) {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}
