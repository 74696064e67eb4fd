// @ts-check
/** What this browser sends: one peer connection, which the browser always offers, sendonly. */

import { describe } from "./repeats.js";

/** @typedef {import("./room.js").Source} Source */
/** @typedef {(offer: string, sources: Record<string, Source>) => Promise<string>} Publish */

/**
 * The camera is sent in up to three sizes (simulcast), 180, 360 and 720 lines high, each with its
 * bits per second at most; the node gives everyone the one that fits. Lower: blurred pictures.
 * Higher: phones and hotel networks choke.
 */
const LAYERS = [
  { rid: "l", maxBitrate: 100_000 },
  { rid: "m", maxBitrate: 350_000 },
  { rid: "h", maxBitrate: 1_200_000 },
];
/** A camera with fewer lines is sent in the two smaller sizes. */
const LINES_FOR_ALL = 540;
const SCREEN_BITRATE = 1_200_000;
const AUDIO_BITRATE = 48_000;

export class Uplink {
  /** @type {Map<Source, RTCRtpTransceiver>} */
  #transceivers = new Map();
  /** @type {Promise<void>} negotiations stand in line: an offer never overtakes another */
  #line = Promise.resolve();
  /** @type {Promise<void> | null} the one at the end of the line, not begun yet */
  #queued = null;
  /** Something changed that the node has not agreed to yet. */
  #stale = false;
  #closed = false;

  /**
   * @param {RTCConfiguration} way to the node
   * @param {Publish} publish sends the offer, returns the answer
   * @param {() => void} lost called when the path is lost and a restart did not bring it back
   */
  constructor(way, publish, lost) {
    this.publish = publish;
    this.peer = new RTCPeerConnection({ ...way, bundlePolicy: "max-bundle" });
    let restarted = false;
    this.peer.onconnectionstatechange = () => {
      if (this.peer.connectionState === "connected") restarted = false;
      if (this.peer.connectionState !== "failed") return;
      if (restarted) return lost();
      restarted = true;
      this.restart().catch(lost);
    };
  }

  /**
   * Sends this track as that source. Null keeps the place of a microphone or camera and takes a
   * screen away.
   * @param {Source} source @param {MediaStreamTrack | null} track
   */
  async send(source, track) {
    const known = this.#transceivers.get(source);
    if (known) {
      await known.sender.replaceTrack(track);
      const wanted = track || source !== "screen" ? "sendonly" : "inactive";
      if (known.direction !== wanted) this.#stale = true;
      known.direction = wanted;
    } else if (track) {
      this.#transceivers.set(source, this.#add(source, track));
      this.#stale = true;
    }
    if (this.#stale) await this.#negotiate();
  }

  /** @param {Source} source */
  has(source) {
    return this.#transceivers.has(source);
  }

  /**
   * The node wants so many sizes of it, from the smallest; what nobody looks at is not sent.
   * @param {Source} source @param {number} layers
   */
  async limit(source, layers) {
    const sender = this.#transceivers.get(source)?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    parameters.encodings.forEach((encoding, place) => (encoding.active = place < layers));
    await sender.setParameters(parameters);
  }

  /** Everything again: what the node said last may have been lost. */
  async unlimit() {
    for (const source of this.#transceivers.keys()) await this.limit(source, LAYERS.length);
  }

  restart() {
    this.peer.restartIce();
    return this.#negotiate();
  }

  close() {
    this.#closed = true;
    this.peer.onconnectionstatechange = null;
    this.peer.close();
  }

  /** @param {Source} source @param {MediaStreamTrack} track */
  #add(source, track) {
    const transceiver = this.peer.addTransceiver(track, {
      direction: "sendonly",
      sendEncodings: encodings(source, track),
    });
    if (source !== "microphone") preferVp8(transceiver);
    return transceiver;
  }

  /** Changes made before the offer is written go into the same offer. */
  #negotiate() {
    this.#queued ??= this.#line.then(() => {
      this.#queued = null;
      return this.#offer();
    });
    const next = this.#queued;
    this.#line = next.catch(() => undefined);
    return next;
  }

  async #offer() {
    if (this.#closed) return;
    this.#stale = false;
    await describe(this.peer, await this.peer.createOffer());
    const offer = this.peer.localDescription?.sdp ?? "";
    try {
      const answer = await this.publish(offer, this.#sources());
      if (!this.#closed) await this.peer.setRemoteDescription({ type: "answer", sdp: answer });
    } catch (reason) {
      this.#stale = true;
      if (!this.#closed && this.peer.signalingState === "have-local-offer") {
        await this.peer.setLocalDescription({ type: "rollback" });
      }
      throw reason;
    }
  }

  #sources() {
    /** @type {Record<string, Source>} */
    const sources = {};
    for (const [source, transceiver] of this.#transceivers) {
      if (transceiver.mid !== null && transceiver.direction === "sendonly") {
        sources[transceiver.mid] = source;
      }
    }
    return sources;
  }
}

/** @param {Source} source @param {MediaStreamTrack} track @returns {RTCRtpEncodingParameters[]} */
function encodings(source, track) {
  if (source === "microphone") return [{ maxBitrate: AUDIO_BITRATE }];
  if (source === "screen") return [{ maxBitrate: SCREEN_BITRATE }];
  const { width = 1280, height = 720 } = track.getSettings();
  const layers = Math.min(width, height) < LINES_FOR_ALL ? LAYERS.slice(0, 2) : LAYERS;
  return layers.map((layer, place) => ({
    ...layer,
    scaleResolutionDownBy: 2 ** (layers.length - 1 - place),
  }));
}

/** VP8 and its repair alone: every browser has it, and recordings are made without transcoding.
 * @param {RTCRtpTransceiver} transceiver */
function preferVp8(transceiver) {
  const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  const wanted = codecs.filter((codec) => /^video\/(vp8|rtx)$/i.test(codec.mimeType));
  if (wanted.some((codec) => /vp8/i.test(codec.mimeType))) transceiver.setCodecPreferences(wanted);
}
