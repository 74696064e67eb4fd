// @ts-check
/** Voices, too, may be sent again when they are lost on the way (RFC 4585 NACK). Browsers can, and
 * do not say so by themselves. */

/** @param {RTCPeerConnection} peer @param {RTCSessionDescriptionInit} made by `peer` */
export async function describe(peer, { type, sdp = "" }) {
  try {
    await peer.setLocalDescription({ type, sdp: withRepeats(sdp) });
  } catch {
    // A browser that takes no description but its own goes without.
    await peer.setLocalDescription({ type, sdp });
  }
}

/** @param {string} sdp */
function withRepeats(sdp) {
  return sdp.replace(/^a=rtpmap:(\d+) opus\/48000\/2\r\n/gm, (line, number) => {
    const said = `a=rtcp-fb:${number} nack\r\n`;
    return sdp.includes(said) ? line : line + said;
  });
}
