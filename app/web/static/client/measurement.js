// @ts-check
/** How long a packet takes to the node and back, and how many are lost on both ways. */

/** @typedef {{rtt_ms: number, lost: number}} Measured a share of 0 to 1 is lost */
/** @typedef {{sent: number, lost: number, rtt_s: number}} Count of one direction, from its start */

export class Measurement {
  /** @type {[Count, Count] | null} */
  #begun = null;

  /** @param {RTCPeerConnection} up @param {RTCPeerConnection} down */
  constructor(up, down) {
    this.up = up;
    this.down = down;
  }

  /** Counts from now on, if anything has come back yet. */
  async begin() {
    const counts = await this.#count();
    if (counts[1].sent > 0) this.#begun ??= counts;
    return this.#begun !== null;
  }

  /** @returns {Promise<Measured>} */
  async end() {
    const ended = await this.#count();
    const begun = this.#begun ?? ended;
    const kept = ended.map((count, way) => 1 - share(begun[way], count));
    const rtt_s = Math.max(...ended.map((count) => count.rtt_s));
    return { rtt_ms: Math.max(1, Math.round(rtt_s * 1000)), lost: 1 - kept[0] * kept[1] };
  }

  /** @returns {Promise<[Count, Count]>} */
  async #count() {
    return [
      count(await this.up.getStats(), "outbound-rtp", "packetsSent", "remote-inbound-rtp"),
      count(await this.down.getStats(), "inbound-rtp", "packetsReceived", "inbound-rtp"),
    ];
  }
}

/**
 * @param {RTCStatsReport} report @param {string} sends @param {string} field
 * @param {string} loses the entries that know of losses
 */
function count(report, sends, field, loses) {
  const found = { sent: 0, lost: 0, rtt_s: 0 };
  for (const entry of report.values()) {
    if (entry.type === sends) found.sent += entry[field] ?? 0;
    if (entry.type === loses) found.lost += Math.max(0, entry.packetsLost ?? 0);
    // Firefox does not tell of the checks' round trip; the receiver reports' is the same way.
    const round = entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime;
    found.rtt_s = round || found.rtt_s || (entry.type === "remote-inbound-rtp" && entry.roundTripTime) || 0;
  }
  if (sends === "inbound-rtp") found.sent += found.lost; // what was received, and what should have been
  return found;
}

/** @param {Count} begun @param {Count} ended */
function share(begun, ended) {
  const sent = ended.sent - begun.sent;
  return sent > 0 ? Math.min(1, Math.max(0, (ended.lost - begun.lost) / sent)) : 0;
}
