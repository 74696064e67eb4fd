// @ts-check
/** What this browser receives: one peer connection, which the node always offers. */

import { patient } from "./patience.js";
import { describe } from "./repeats.js";

/** @typedef {import("./messages.d.ts").DownlinkOffered} DownlinkOffered */

export class Downlink {
  /** @type {Map<string, MediaStreamTrack>} by publication */
  tracks = new Map();
  /** @type {Promise<void>} */
  #line = Promise.resolve();
  #closed = false;

  /**
   * @param {RTCConfiguration} way to the node
   * @param {(offer_id: number, answer: string) => Promise<unknown>} answer
   * @param {{changed: () => void, lost: () => void}} listener
   */
  constructor(way, answer, listener) {
    this.answer = answer;
    this.listener = listener;
    this.peer = new RTCPeerConnection({ ...way, bundlePolicy: "max-bundle" });
    this.peer.onconnectionstatechange = () => {
      if (this.peer.connectionState === "failed") listener.lost();
    };
    this.hurry = patient(this.peer);
  }

  /** Offers stand in line; each is answered, also one that is already out of date.
   * @param {DownlinkOffered} offered */
  accept(offered) {
    const next = this.#line.then(() => this.#accept(offered));
    this.#line = next.catch(() => undefined);
    return next;
  }

  close() {
    this.#closed = true;
    this.hurry();
    this.peer.onconnectionstatechange = null;
    this.peer.close();
    this.tracks.clear();
  }

  /** @param {DownlinkOffered} offered */
  async #accept({ offer, offer_id, publications }) {
    if (this.#closed) return;
    await this.peer.setRemoteDescription({ type: "offer", sdp: offer });
    await describe(this.peer, await this.peer.createAnswer());
    this.#map(publications);
    await this.answer(offer_id, this.peer.localDescription?.sdp ?? "");
  }

  /** @param {Record<string, string>} publications by mid */
  #map(publications) {
    this.tracks = new Map();
    for (const { mid, receiver } of this.peer.getTransceivers()) {
      const publication = mid === null ? undefined : publications[mid];
      if (publication) this.tracks.set(publication, receiver.track);
    }
    this.listener.changed();
  }
}
