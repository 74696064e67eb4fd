// @ts-check
/**
 * One try of one way to a node: what this browser sends comes back to it, and is measured.
 *
 * The peer connections are those of a meeting, so that what works here works there.
 */

import { Downlink } from "./downlink.js";
import { Measurement } from "./measurement.js";
import { Uplink } from "./uplink.js";

/** @typedef {import("./messages.d.ts").ServerMessage} ServerMessage */
/** @typedef {import("./messages.d.ts").Publish} Publish */
/** @typedef {import("./messages.d.ts").AnswerDownlink} AnswerDownlink */
/** @typedef {import("./messages.d.ts").TrialOpened} TrialOpened */
/** @typedef {import("./measurement.js").Measured} Measured */
/** @typedef {"unreachable" | "busy" | "refused" | "blocked" | "silent"} Trouble */
/** @typedef {import("./connection.js").WithoutRef<Publish | AnswerDownlink>} Command */

/** Lower: slow networks are called closed. Higher: people wait for what will not come. */
const PATIENCE_MS = 8_000;
const BUSY = 1013;
/** What a TURN server says when it does not let us in (RFC 8656 §16, RFC 8489 §14.8). */
const REFUSALS = new Set([401, 403, 437, 438, 441, 486, 508]);

export class TrialError extends Error {
  /** @param {Trouble} trouble */
  constructor(trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

export class Trial {
  /** @type {Map<number, (answer: ServerMessage) => void>} */
  #pending = new Map();
  #ref = 0;
  /** @type {Uplink | null} */
  #uplink = null;
  /** @type {Downlink | null} */
  #downlink = null;
  /** @type {(reason: TrialError) => void} */
  #fail = () => undefined;
  /** @type {WebSocket} */
  #socket;
  /** What the node says first. @type {Promise<TrialOpened>} */
  opened;

  /** @param {string} url */
  constructor(url) {
    const socket = new WebSocket(url, ["emessi.v1"]);
    this.#socket = socket;
    this.opened = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new TrialError("unreachable")), PATIENCE_MS);
      socket.onmessage = ({ data }) => {
        /** @type {ServerMessage} */
        const message = JSON.parse(data);
        if (message.type === "trial_opened") {
          clearTimeout(timer);
          resolve(message);
        } else this.#heard(message);
      };
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        const reason = new TrialError(code === BUSY ? "busy" : "unreachable");
        reject(reason);
        this.#fail(reason);
      };
    });
  }

  /**
   * Sends the picture that way for a while. Rejects with a `TrialError` that says what is wrong.
   * @param {RTCConfiguration} way @param {MediaStreamTrack} picture @param {number} duration_ms
   * @returns {Promise<Measured>}
   */
  async measure(way, picture, duration_ms) {
    await this.opened;
    const failed = new Promise((_, reject) => (this.#fail = reject));
    return Promise.race([failed, this.#measure(way, picture, duration_ms)]);
  }

  close() {
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
    this.#uplink?.close();
    this.#downlink?.close();
  }

  /** @param {RTCConfiguration} way @param {MediaStreamTrack} picture @param {number} duration_ms */
  async #measure(way, picture, duration_ms) {
    const lost = () => this.#fail(new TrialError("blocked"));
    const publish = async (/** @type {string} */ offer, /** @type {Record<string, any>} */ sources) => {
      const answer = await this.#request({ type: "publish", offer, sources });
      if (answer.type !== "published") throw new TrialError("silent");
      return answer.answer;
    };
    const answer = (/** @type {number} */ offer_id, /** @type {string} */ sdp) =>
      this.#request({ type: "answer_downlink", offer_id, answer: sdp });
    this.#uplink = new Uplink(way, publish, lost);
    this.#downlink = new Downlink(way, answer, { changed: () => undefined, lost });
    const peers = [this.#uplink.peer, this.#downlink.peer];
    for (const peer of peers) {
      peer.onicecandidateerror = ({ errorCode }) => {
        if (REFUSALS.has(errorCode)) this.#fail(new TrialError("refused"));
      };
    }
    await this.#uplink.send("camera", picture);
    if (!(await until(() => peers.every(isConnected)))) throw new TrialError("blocked");
    const measurement = new Measurement(this.#uplink.peer, this.#downlink.peer);
    if (!(await until(() => measurement.begin()))) throw new TrialError("silent");
    await wait(duration_ms);
    return measurement.end();
  }

  /** @param {Command} command @returns {Promise<ServerMessage>} */
  #request(command) {
    const ref = ++this.#ref;
    return new Promise((resolve) => {
      this.#pending.set(ref, resolve);
      this.#socket.send(JSON.stringify({ ...command, ref }));
    });
  }

  /** @param {ServerMessage} message */
  #heard(message) {
    if (message.type === "downlink_offered") {
      this.#downlink?.accept(message).catch(() => this.#fail(new TrialError("silent")));
    } else if ("ref" in message && message.ref != null) {
      this.#pending.get(message.ref)?.(message);
    }
  }
}

/** @param {RTCPeerConnection} peer */
function isConnected(peer) {
  return peer.connectionState === "connected";
}

/** @param {() => boolean | Promise<boolean>} condition @returns {Promise<boolean>} whether it came true in time */
async function until(condition) {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await condition()) return true;
    await wait(50);
  }
  return false;
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
