// @ts-check
/** The ways media can take to a node: straight, or round by a TURN server. */

/** @typedef {import("./messages.d.ts").IceServer} IceServer */
/** @typedef {"direct" | "turn_udp" | "turn_tcp" | "turn_tls"} WayName */

/** @type {readonly WayName[]} the best first */
export const WAYS = Object.freeze(["direct", "turn_udp", "turn_tcp", "turn_tls"]);

/** Whichever is open; the browser finds it out. @param {IceServer[]} servers @returns {RTCConfiguration} */
export function anyWay(servers) {
  return { iceServers: servers.map((server) => withUrls(server, server.urls)) };
}

/** This way or none; null where there is no such way.
 * @param {IceServer[]} servers @param {WayName} name @returns {RTCConfiguration | null} */
export function onlyWay(servers, name) {
  if (name === "direct") return { iceServers: [] };
  const iceServers = servers
    .map((server) => withUrls(server, server.urls.filter((url) => nameOf(url) === name)))
    .filter((server) => server.urls.length);
  return iceServers.length ? { iceServers, iceTransportPolicy: "relay" } : null;
}

/** Where a TURN server is, for people who open firewalls: `TCP 5349 → turn.example.org`.
 * @param {IceServer[]} servers @param {WayName} name @returns {string[]} */
export function placesOf(servers, name) {
  const urls = servers.flatMap((server) => server.urls.filter((url) => nameOf(url) === name));
  return urls.map((url) => {
    const [, secure, host, port] = /^turn(s?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?/.exec(url) ?? [];
    const protocol = name === "turn_udp" ? "UDP" : "TCP";
    return `${protocol} ${port ?? (secure ? 5349 : 3478)} → ${host}`;
  });
}

/** @param {string} url @returns {WayName} RFC 7065 §3.1: TLS goes over TCP, and UDP is the default */
function nameOf(url) {
  if (url.startsWith("turns:")) return "turn_tls";
  return url.endsWith("transport=tcp") ? "turn_tcp" : "turn_udp";
}

/** @param {IceServer} server @param {string[]} urls */
function withUrls({ username, credential }, urls) {
  return { urls, username: username ?? undefined, credential: credential ?? undefined };
}
