// @ts-check
/**
 * How well this browser's two connections work, told to the node every few seconds.
 *
 * What a browser does not know is null: Firefox counts no freezes, and names no reason for a worse
 * picture.
 */

/** @typedef {import("./messages.d.ts").ReportQuality} ReportQuality */
/** @typedef {import("./messages.d.ts").PictureReport} PictureReport */
/** @typedef {import("./messages.d.ts").UplinkReport} UplinkReport */
/** @typedef {import("./messages.d.ts").DownlinkReport} DownlinkReport */
/** @typedef {import("./connection.js").WithoutRef<ReportQuality>} Report */
/** @typedef {Map<string, any>} Entries by their id, as `getStats` gives them */
/** @typedef {{up: RTCPeerConnection, down: RTCPeerConnection, tracks: Map<string, MediaStreamTrack>}} Connections
 * with the track of each publication */

/** Lower: shares of fewer packets, which jump about. Higher: the node hears of a trouble later. */
const EVERY_MS = 5000;
/** After a longer sleep of the page, counting begins anew. The node takes up to ten minutes. */
const LONGEST_S = 60;
const MOST_PICTURES = 32;
const MOST_MS = 600_000;
const MOST_FRAMES = 240;
/** What keeps a picture from being better, the most telling first. @type {UplinkReport["limited_by"][]} */
const LIMITS = ["bandwidth", "cpu", "other", "none"];

export class QualityReports {
  /** @type {{at: number, up: Entries, down: Entries} | null} */
  #before = null;

  /**
   * @param {() => Connections | null} connections those of now, if there are any
   * @param {(report: Report) => Promise<unknown>} send
   */
  constructor(connections, send) {
    this.connections = connections;
    this.send = send;
    this.timer = setInterval(() => this.look().catch(() => undefined), EVERY_MS);
  }

  /** Reports the time since the last look; the first one only begins. */
  async look() {
    const connections = this.connections();
    if (!connections) return this.forget();
    const { up, down, tracks } = connections;
    const [sent, received] = await Promise.all([up.getStats(), down.getStats()]);
    const now = { at: performance.now(), up: entries(sent), down: entries(received) };
    const before = this.#before;
    this.#before = now;
    const seconds = before ? (now.at - before.at) / 1000 : 0;
    if (!before || seconds <= 0 || seconds > LONGEST_S) return;
    await this.send({
      type: "report_quality",
      seconds,
      uplink: uplink(now.up),
      downlink: downlink(before.down, now.down, seconds, tracks),
    });
  }

  /** The connections are others now: what comes is not the growth of what was. */
  forget() {
    this.#before = null;
  }

  close() {
    clearInterval(this.timer);
  }
}

/** @param {RTCStatsReport} report @returns {Entries} */
function entries(report) {
  return new Map([...report.values()].map((entry) => [entry.id, entry]));
}

/** @param {Entries} now @returns {UplinkReport} */
export function uplink(now) {
  const sending = of(now, "outbound-rtp").filter(({ active }) => active !== false);
  return {
    rtt_ms: roundTrip(now),
    estimate_bps: least(1e10, pair(now)?.availableOutgoingBitrate),
    limited_by: LIMITS.find((limit) => sending.some((entry) => entry.qualityLimitationReason === limit)) ?? null,
  };
}

/**
 * @param {Entries} before @param {Entries} now @param {number} seconds between the two
 * @param {Map<string, MediaStreamTrack>} tracks by publication
 * @returns {DownlinkReport}
 */
export function downlink(before, now, seconds, tracks) {
  const received = of(now, "inbound-rtp");
  const grown = growth(before, received);
  const came = grown("packetsReceived");
  const missing = grown("packetsLost");
  const jitters = received.filter(({ jitter }) => Number.isFinite(jitter));
  return {
    rtt_ms: roundTrip(now),
    missing: share(missing, came === null || missing === null ? null : came + missing),
    jitter_ms: jitters.length ? milliseconds(Math.max(...jitters.map(({ jitter }) => jitter))) : null,
    concealed: share(concealed(grown), grown("totalSamplesReceived")),
    pictures: received
      .filter(({ kind }) => kind === "video")
      .flatMap((entry) => picture(before, entry, seconds, tracks) ?? [])
      .slice(0, MOST_PICTURES),
  };
}

/**
 * @param {Entries} before @param {any} entry @param {number} seconds
 * @param {Map<string, MediaStreamTrack>} tracks
 * @returns {PictureReport | null} null for a track that carries nothing now
 */
function picture(before, entry, seconds, tracks) {
  const publication = [...tracks].find(([, track]) => track.id === entry.trackIdentifier)?.[0];
  if (!publication) return null;
  const grown = growth(before, [entry]);
  const frames = grown("framesDecoded");
  const frozen = grown("totalFreezesDuration");
  const freezes = grown("freezeCount");
  return {
    publication,
    frames_per_s: frames === null ? null : Math.min(MOST_FRAMES, frames / seconds),
    freezes: freezes === null ? null : Math.min(10_000, Math.round(freezes)),
    frozen_ms: frozen === null ? null : milliseconds(frozen),
  };
}

/** Silence that is made up in a pause of the speaker is not heard as a fault.
 * @param {(field: string) => number | null} grown */
function concealed(grown) {
  const made = grown("concealedSamples");
  return made === null ? null : Math.max(0, made - (grown("silentConcealedSamples") ?? 0));
}

/** @param {Entries} now @param {string} type @returns {any[]} */
function of(now, type) {
  return [...now.values()].filter((entry) => entry.type === type);
}

/** By how much a count of all of them has grown; null if none of them is counted. A count that
 * begins anew has grown by nothing.
 * @param {Entries} before @param {any[]} found */
function growth(before, found) {
  return (/** @type {string} */ field) => {
    const counted = found.filter((entry) => Number.isFinite(entry[field]));
    if (!counted.length) return null;
    const grown = counted.map((entry) => Math.max(0, entry[field] - (before.get(entry.id)?.[field] ?? 0)));
    return grown.reduce((sum, each) => sum + each, 0);
  };
}

/** @param {Entries} now */
function pair(now) {
  const pairs = of(now, "candidate-pair");
  return pairs.find(({ nominated, state }) => nominated && state === "succeeded");
}

/** Firefox does not tell of the checks' round trip; the node's reports go the same way.
 * @param {Entries} now */
function roundTrip(now) {
  const checked = pair(now)?.currentRoundTripTime;
  if (Number.isFinite(checked)) return milliseconds(checked);
  const told = of(now, "remote-inbound-rtp").map((entry) => entry.roundTripTime).filter(Number.isFinite);
  return told.length ? milliseconds(Math.max(...told)) : null;
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return Math.min(MOST_MS, Math.max(0, seconds * 1000));
}

/** @param {number} most @param {number | undefined} value */
function least(most, value) {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : null;
}

/** @param {number | null} part @param {number | null} whole */
function share(part, whole) {
  return part === null || !whole ? null : Math.min(1, part / whole);
}
