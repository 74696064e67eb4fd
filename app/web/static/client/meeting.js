// @ts-check
/**
 * The front door of the client library: one meeting, with its connection, room, own sources and
 * the two peer connections. Another front end needs only this file.
 */

import { Capture } from "./capture.js";
import { Connection, Refusal } from "./connection.js";
import { Downlink } from "./downlink.js";
import { QualityReports } from "./quality.js";
import { Room } from "./room.js";
import { Uplink } from "./uplink.js";
import { anyWay } from "./ways.js";

/** @typedef {import("./api.js").ApiError} ApiError */
/** @typedef {import("./connection.js").ConnectionState} ConnectionState */
/** @typedef {import("./messages.d.ts").ServerMessage} ServerMessage */
/** @typedef {import("./messages.d.ts").Welcomed} Welcomed */
/** @typedef {import("./messages.d.ts").DecideConsent} DecideConsent */
/** @typedef {import("./messages.d.ts").SetView} SetView */
/** @typedef {import("./room.js").Source} Source */

/** The node is told of a change on the screen after so many ms: while its edge is being dragged it
 * would hear of each pixel. */
const VIEW_MS = 250;

/** The node answers a "no" within two seconds whatever its database does; after so long it is taken
 * not to have heard. Lower: a slow network is given up. Higher: one is recorded against one's will. */
const UNHEARD_MS = 4000;

/** @type {Source[]} */
const SOURCES = ["microphone", "camera", "screen"];

export class Meeting {
  room = new Room();
  /** @type {ConnectionState} */
  connection_state = "connecting";
  /** Why the meeting could not be joined. @type {ApiError | null} */
  failure = null;
  /** I asked to go off the record, and the node has not heard it yet. */
  offRecordAsked = false;
  /** @type {Uplink | null} */
  #uplink = null;
  /** @type {Downlink | null} */
  #downlink = null;
  /** @type {QualityReports | null} */
  #quality = null;
  /** What the node has been told of each source. @type {Map<Source, boolean>} */
  #told = new Map();
  /** What the page shows, and what the node knows of it. @type {SetView["tiles"]} */
  #view = {};
  #view_told = "";
  /** @type {number | undefined} */
  #view_timer;

  /**
   * @param {() => Promise<{url: string, token: string}>} join
   * @param {{changed: (fact: ServerMessage | null) => void, refused: (code: string) => void}} listener
   */
  constructor(join, listener) {
    this.listener = listener;
    this.capture = new Capture((source) => this.#sourceChanged(source));
    this.connection = new Connection(join, {
      fact: (fact) => this.#heard(fact),
      state: (state, reason) => {
        this.connection_state = state;
        this.failure = reason;
        this.listener.changed(null);
      },
    });
  }

  join() {
    return this.connection.open();
  }

  /** @param {string} publication @returns {MediaStreamTrack | null} */
  remoteTrack(publication) {
    return this.#downlink?.tracks.get(publication) ?? null;
  }

  /**
   * Carries a command out, or tells the listener why not.
   * @param {Parameters<Connection["request"]>[0]} command
   * @returns {Promise<boolean>} whether it was carried out
   */
  async command(command) {
    const carried_out = await this.#ask(command);
    if (carried_out === null) this.listener.refused("disconnected");
    return carried_out ?? false;
  }

  /** The same for what must not wait: null as soon as it is likely that the node does not hear us.
   * @param {Parameters<Connection["request"]>[0]} command @returns {Promise<boolean | null>} */
  async urge(command) {
    const carried_out = await Promise.race([this.#ask(command), wait(UNHEARD_MS)]);
    if (carried_out !== undefined) return carried_out;
    this.connection.drop();
    return null;
  }

  /** Now, or the moment the node hears us again. */
  async goOffRecord() {
    this.offRecordAsked = true;
    this.listener.changed(null);
    if ((await this.urge({ type: "go_off_record" })) !== null) this.offRecordAsked = false;
    this.listener.changed(null);
  }

  /** Null: without a connection nothing is known of it.
   * @param {Parameters<Connection["request"]>[0]} command @returns {Promise<boolean | null>} */
  async #ask(command) {
    try {
      await this.connection.request(command);
      return true;
    } catch (reason) {
      if (!(reason instanceof Refusal)) throw reason;
      if (reason.code === "disconnected") return null;
      this.listener.refused(reason.code);
      return false;
    }
  }

  /** What of the others is on the screen, by publication. @param {SetView["tiles"]} tiles */
  show(tiles) {
    this.#view = tiles;
    this.#view_timer ??= setTimeout(() => this.#tellView(), VIEW_MS);
  }

  async leave() {
    if (this.connection.isOpen) await Promise.race([this.command({ type: "leave" }), wait(1000)]);
    this.close();
  }

  close() {
    this.connection.close();
    this.#closePeers();
    this.capture.stop();
  }

  /** @param {ServerMessage} fact */
  #heard(fact) {
    this.room.apply(fact);
    if (fact.type === "welcomed") this.#welcomed(fact);
    if (fact.type === "layers_wanted") {
      // A sender that was stopped meanwhile has no layers to limit.
      this.#uplink?.limit(fact.source, fact.layers).catch(() => undefined);
    }
    if (fact.type === "downlink_offered") {
      this.#downlink?.accept(fact).catch((reason) => this.#mediaTrouble(reason));
    }
    if (["denied", "replaced", "meeting_ended"].includes(fact.type)) this.close();
    this.listener.changed(fact);
  }

  /** After a resumption everything still stands; otherwise both peer connections are new.
   * @param {Welcomed} fact */
  #welcomed({ resumed, ice_servers }) {
    this.#told.clear();
    this.#view_told = "";
    this.#tellView();
    if (resumed) this.#uplink?.unlimit().catch(() => undefined);
    if (!resumed || !this.#uplink || !this.#downlink) this.#openPeers(anyWay(ice_servers));
    for (const source of SOURCES) this.#sourceChanged(source);
    if (this.offRecordAsked) this.goOffRecord();
  }

  /** @param {RTCConfiguration} way */
  #openPeers(way) {
    this.#closePeers();
    this.#uplink = new Uplink(
      way,
      async (offer, sources) => {
        const answer = await this.connection.request({ type: "publish", offer, sources });
        if (answer.type !== "published") throw new Refusal("media_refused");
        return answer.answer;
      },
      () => this.connection.rejoin(),
    );
    this.#downlink = new Downlink(
      way,
      (offer_id, answer) =>
        this.connection.request({ type: "answer_downlink", offer_id, answer }),
      { changed: () => this.listener.changed(null), lost: () => this.connection.rejoin() },
    );
    this.#quality = new QualityReports(
      () => this.#connections(),
      (report) => this.connection.request(report),
    );
  }

  /** Those that can be measured and told of now. */
  #connections() {
    const [up, down] = [this.#uplink, this.#downlink];
    if (!up || !down || this.room.stage !== "inside" || !this.connection.isOpen) return null;
    return { up: up.peer, down: down.peer, tracks: down.tracks };
  }

  /** @param {Source} source */
  #sourceChanged(source) {
    this.listener.changed(null);
    const uplink = this.#uplink;
    if (!uplink || !this.connection.isOpen) return;
    uplink
      .send(source, this.capture.track(source))
      .then(() => this.#tellMuted(source))
      .catch((reason) => this.#mediaTrouble(reason));
  }

  /** Says so only when the node believes otherwise; a screen is there or not, never muted.
   * @param {Source} source */
  #tellMuted(source) {
    if (source === "screen" || !this.connection.isOpen || !this.#uplink?.has(source)) return;
    const muted = !this.capture.isOn(source);
    if (this.#told.get(source) === muted) return;
    this.#told.set(source, muted);
    this.command({ type: "set_muted", source, muted });
  }

  #tellView() {
    clearTimeout(this.#view_timer);
    this.#view_timer = undefined;
    const view = JSON.stringify(this.#view);
    if (view === this.#view_told || this.room.stage !== "inside" || !this.connection.isOpen) return;
    this.#view_told = view;
    this.command({ type: "set_view", tiles: this.#view });
  }

  /** @param {unknown} reason */
  #mediaTrouble(reason) {
    if (reason instanceof Refusal && reason.code === "disconnected") return;
    this.listener.refused("media_refused");
  }

  #closePeers() {
    clearTimeout(this.#view_timer);
    this.#view_timer = undefined;
    this.#quality?.close();
    this.#uplink?.close();
    this.#downlink?.close();
    this.#uplink = this.#downlink = null;
  }
}

/** @param {number} ms @returns {Promise<void>} */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
