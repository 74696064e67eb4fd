// @ts-check
/** On a line that loses much, pictures are shown a little later, so that what was sent again is there
 * in time; otherwise they would halt. */

/** Look so often, ms. */
const EVERY_MS = 1000;
/** Share of packets lost. Lower: later pictures for nothing. Higher: they halt on a lossy line. */
const LOSSY = 0.015;
/** Ms. Lower than two tries to send again take: pictures halt. Higher: answers seem slow. */
const LATER_MS = 200;
/** Clean looks until the delay is given up: a line that lost much is likely to do so again. */
const CLEAN = 20;

/**
 * @param {RTCPeerConnection} peer what is received
 * @returns {() => void} ends it
 */
export function patient(peer) {
  let received = 0;
  let lost = 0;
  let clean = CLEAN;
  const look = async () => {
    const before = { received, lost };
    received = lost = 0;
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type !== "inbound-rtp" || entry.kind !== "video") continue;
      received += entry.packetsReceived ?? 0;
      // Those that came after all, because they were sent again, were lost on the way, too.
      lost += (entry.packetsLost ?? 0) + (entry.retransmittedPacketsReceived ?? 0);
    }
    const came = received - before.received;
    if (came > 0) clean = (lost - before.lost) / came > LOSSY ? 0 : clean + 1;
    for (const receiver of peer.getReceivers()) {
      if (receiver.track.kind === "video") receiver.jitterBufferTarget = clean < CLEAN ? LATER_MS : null;
    }
  };
  const timer = setInterval(() => look().catch(() => undefined), EVERY_MS);
  return () => clearInterval(timer);
}
