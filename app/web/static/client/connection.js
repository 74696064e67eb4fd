// @ts-check
/**
 * One websocket to the media node, kept alive: refs and their answers, back-off, resumption.
 *
 * A lost connection is resumed with the node's token while that can succeed, and otherwise
 * joined afresh. Whoever listens hears facts in order, and hears of every change of state.
 */

import { ApiError } from "./api.js";

/** @typedef {import("./messages.d.ts").ServerMessage} ServerMessage */
/** @typedef {import("./messages.d.ts").ClientMessage} ClientMessage */
/** @typedef {Exclude<ServerMessage, {type: "refused"} | {type: "error"}>} Answer */
/** @typedef {{url: string, token: string}} Join */
/** @typedef {"connecting" | "open" | "reconnecting" | "closed"} ConnectionState */
/**
 * @template T
 * @typedef {T extends unknown ? Omit<T, "ref"> : never} WithoutRef
 */
/**
 * @typedef {object} Listener
 * @property {(fact: ServerMessage) => void} fact
 * @property {(state: ConnectionState, reason: ApiError | null) => void} state
 */

const SUBPROTOCOL = "emessi.v1";

/** The node keeps a lost participant for 30 s; asking later only wastes an attempt. */
const RESUMABLE_MS = 28_000;

/** An unanswered command means a dead connection. Lower: slow networks are cut. Higher: people wait. */
const ANSWER_MS = 15_000;

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 8_000;
/** A node that is started again is back within seconds: so long the delays are shorter. */
const SOON_MS = 20_000;
const LONGEST_SOON_MS = 800;

/** After these facts the node closes, and coming back would be wrong. */
const LAST_WORDS = new Set(["denied", "replaced", "meeting_ended"]);

/** Refusals of the join that time may heal. */
const PASSING = new Set(["unreachable", "no_live_node", "too_many", "internal"]);

export class Refusal extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<number, {resolve: (answer: Answer) => void, reject: (reason: Error) => void, timer: number}>} */
  #pending = new Map();
  #ref = 0;
  #attempt = 0;
  #lost_at = 0;
  /** @type {{url: string, token: string, lostAt: number} | null} */
  #resumption = null;
  /** @type {ConnectionState} */
  #state = "connecting";
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {() => Promise<Join>} join asks the application for a place in the meeting
   * @param {Listener} listener
   */
  constructor(join, listener) {
    this.join = join;
    this.listener = listener;
  }

  get isOpen() {
    return this.#state === "open";
  }

  /** Connects; the first fact is `waiting` or `welcomed`. */
  async open() {
    if (this.#state === "closed") return;
    const resumption = this.#resumption;
    try {
      if (resumption && Date.now() - resumption.lostAt < RESUMABLE_MS) {
        this.#connect(resumption.url, `?resume=${encodeURIComponent(resumption.token)}`);
        return;
      }
      const { url, token } = await this.join();
      if (this.closed) return;
      this.#resumption = null;
      this.#connect(url, `?token=${encodeURIComponent(token)}`);
    } catch (reason) {
      if (reason instanceof ApiError && !PASSING.has(reason.code)) this.#end(reason);
      else this.#later();
    }
  }

  get closed() {
    return this.#state === "closed";
  }

  /**
   * Sends one command and waits for its answer; rejects with a `Refusal` when the node says no.
   * @param {WithoutRef<ClientMessage>} command
   * @returns {Promise<Answer>}
   */
  request(command) {
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Refusal("disconnected"));
    }
    const ref = ++this.#ref;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.drop(), ANSWER_MS);
      this.#pending.set(ref, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...command, ref }));
    });
  }

  /** Gives up the present websocket; what follows is the same as when the network lost it. */
  drop() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.#lost();
  }

  /** Forgets the resumption: the next connection is a fresh join. */
  rejoin() {
    this.#resumption = null;
    this.drop();
  }

  /** Ends for good. */
  close() {
    this.#end(null);
  }

  /** @param {string} url @param {string} query */
  #connect(url, query) {
    const socket = new WebSocket(url + query, [SUBPROTOCOL]);
    this.#socket = socket;
    let greeted = false;
    socket.onmessage = (event) => {
      /** @type {ServerMessage} */
      const message = JSON.parse(event.data);
      if (message.type === "waiting" || message.type === "welcomed") {
        greeted = true;
        this.#attempt = this.#lost_at = 0;
        this.#resumption = { url, token: message.resume_token, lostAt: 0 };
        this.#become("open", null);
      }
      this.#receive(message);
    };
    socket.onclose = () => {
      if (!greeted) this.#resumption = null;
      this.#lost();
    };
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    const ref = "ref" in message ? message.ref : null;
    const asked = ref == null ? undefined : this.#pending.get(ref);
    if (asked && ref != null) {
      this.#pending.delete(ref);
      clearTimeout(asked.timer);
      if (message.type === "refused" || message.type === "error") {
        asked.reject(new Refusal(message.type === "refused" ? message.code : "internal"));
      } else {
        asked.resolve(message);
      }
    }
    if (LAST_WORDS.has(message.type)) this.#end(null);
    this.listener.fact(message);
  }

  #lost() {
    this.#socket = null;
    this.#rejectPending();
    if (this.closed) return;
    if (this.#resumption && this.#state === "open") this.#resumption.lostAt = Date.now();
    this.#later();
  }

  /** Full jitter, so that a group thrown off together does not come back in step. */
  #later() {
    if (this.closed) return;
    this.#become(this.#ref || this.#resumption ? "reconnecting" : this.#state, null);
    this.#lost_at ||= Date.now();
    const longest = Date.now() - this.#lost_at < SOON_MS ? LONGEST_SOON_MS : LONGEST_DELAY_MS;
    const ceiling = Math.min(longest, FIRST_DELAY_MS * 2 ** this.#attempt++);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), ceiling * (0.5 + Math.random() / 2));
  }

  /** @param {ApiError | null} reason */
  #end(reason) {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onclose = socket.onmessage = null;
      socket.close(1000);
    }
    this.#rejectPending();
    this.#become("closed", reason);
  }

  #rejectPending() {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Refusal("disconnected"));
    }
    this.#pending.clear();
  }

  /** @param {ConnectionState} state @param {ApiError | null} reason */
  #become(state, reason) {
    if (this.#state === state && !reason) return;
    this.#state = state;
    this.listener.state(state, reason);
  }
}
