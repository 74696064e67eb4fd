// @ts-check
/**
 * What a coder decided, on its way to the server: kept in the browser until it has arrived, sent
 * one after the other in the order it was decided. A closed lid, a reload, a network that is gone,
 * a second tab: nothing is lost, and nothing is sent twice to another effect. What the server
 * refuses for good is set aside and stays until its coder has seen it.
 */

import { ApiError } from "./api.js";
import { Shelf } from "./shelf.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {{id: string, path: string, body: Record<string, unknown>, said: string}} Item what is
 * put where; `said`: in words, for its coder */
/** @typedef {Item & {code: string, why: string}} Aside refused: by which code, and in words */
/** @typedef {"saved" | "sending" | "waiting" | "not_kept"} State `not_kept`: waiting, and in no
 * storage: it ends with the page */

/** Before trying again. Lower: more requests while the network is away. Higher: it is noticed later. */
const RETRY_MS = [1000, 3000, 10_000, 30_000];

/** Whoever is still here by then has stayed. */
const LEAVING_MS = 5000;

export class Decisions {
  #leaving = false;
  #failures = 0;
  /** @type {Promise<void> | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Api} api @param {Storage} storage @param {string} name under which they are kept
   * @param {(state: State, count: number) => void} tell
   * @param {() => void} refused something was set aside
   */
  constructor(api, storage, name, tell, refused) {
    this.api = api;
    this.name = name;
    this.tell = tell;
    this.refused = refused;
    /** @type {Pile<Item>} */
    this.waiting = new Pile(new Shelf(storage, name));
    /** @type {Pile<Aside>} */
    this.aside = new Pile(new Shelf(storage, `aside.${name}`));
    addEventListener("beforeunload", () => this.#leave());
  }

  /** The next page may have been read before what is on its way arrived: it is kept for that page,
   * which sends it again. */
  #leave() {
    this.#leaving = true;
    setTimeout(() => (this.#leaving = false), LEAVING_MS);
  }

  /** @param {string} path @param {Record<string, unknown>} body @param {string} said */
  put(path, body, said) {
    this.waiting.add({ id: crypto.randomUUID(), path, body, said });
    void this.send();
  }

  /** Goes on sending, after a failure without waiting for the next try; done when all has arrived,
   * or has to wait. What other tabs left is sent too. */
  send() {
    clearTimeout(this.#timer);
    if (this.waiting.all().length) this.#say("sending");
    this.#running ??= alone(this.name, () => this.#all());
    return this.#running;
  }

  async #all() {
    try {
      for (let next = this.waiting.all()[0]; next; next = this.waiting.all()[0]) {
        this.#say("sending");
        if (!(await this.#one(next))) return this.#later();
      }
      this.#say("saved");
    } finally {
      this.#running = null;
    }
  }

  /** @param {Item} item @returns {Promise<boolean>} false: not now */
  async #one(item) {
    try {
      await this.api.send("PUT", item.path, item.body);
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      if (isPassing(reason)) return false;
      this.aside.add({ ...item, code: reason.code, why: reason.title });
      this.refused();
    }
    if (this.#leaving) return false;
    this.waiting.drop(item.id);
    this.#failures = 0;
    return true;
  }

  #later() {
    this.#say("waiting");
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.send(), wait);
  }

  /** @param {State} state */
  #say(state) {
    const isLoose = state === "waiting" && !this.waiting.isKept;
    this.tell(isLoose ? "not_kept" : state, this.waiting.all().length);
  }
}

/**
 * Items on a shelf; what the browser does not keep stays with the page.
 * @template {{id: string}} T
 */
class Pile {
  /** @type {T[]} */
  #loose = [];

  /** @param {Shelf} shelf */
  constructor(shelf) {
    this.shelf = shelf;
  }

  get isKept() {
    return !this.#loose.length;
  }

  /** In the order in which they came. @returns {T[]} */
  all() {
    return [...this.shelf.all(), ...this.#loose];
  }

  /** Nothing is kept behind what is not: it would overtake it. @param {T} item */
  add(item) {
    if (!this.isKept || !this.shelf.keep(item)) this.#loose.push(item);
  }

  /** @param {string} id */
  drop(id) {
    this.shelf.drop(id);
    this.#loose = this.#loose.filter((item) => item.id !== id);
  }
}

/** In one tab at a time, so that what two have kept is sent once, in its order. Browsers lock for
 * pages by HTTPS only; elsewhere each sends, and what comes twice has no effect.
 * @param {string} name @param {() => Promise<void>} act @returns {Promise<void>} */
async function alone(name, act) {
  await null;
  return navigator.locks ? navigator.locks.request(name, act) : act();
}

/** Whether the same may well be taken another time. @param {ApiError} reason */
function isPassing({ status }) {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}
