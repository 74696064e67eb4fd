// @ts-check
/** One's answers on consent, by HTTP. A yes says what of them its page knew, so that one that was
 * held up takes back no later no. */

import { ApiError } from "./api.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("../views/consent.js").Consents} Consents */
/** @typedef {{purpose: string, decision: string, keeps_earlier: boolean, text_version: number, text_language: string}} Answer */

/** @param {Api} api @param {string} group @param {Consents} consent @param {Answer} answer
 * @returns {Promise<string | null>} why it was not taken, perhaps without words; null: it was */
export async function send(api, group, consent, answer) {
  try {
    const row = await api.post(`/groups/${group}/consents/me`, { ...answer, seen: consent.seen });
    consent.seen = Math.max(consent.seen, row.sequence);
    return null;
  } catch (reason) {
    if (!(reason instanceof ApiError)) throw reason;
    if (reason.code === "answered_since") await renew(api, group, consent);
    return reason.title;
  }
}

/** What stands by now. @param {Api} api @param {string} group @param {Consents} consent */
export async function renew(api, group, consent) {
  /** @type {{decisions: {purpose: import("./room.js").Purpose, decision: import("../views/consent.js").Decision, keeps_earlier: boolean, sequence: number}[], undecided: import("./room.js").Purpose[]} | null} */
  const own = await api.get(`/groups/${group}/consents/me`).catch(() => null);
  if (!own) return;
  consent.decisions = Object.fromEntries(own.decisions.map((row) => [row.purpose, row.decision]));
  consent.kept = own.decisions.filter((row) => row.keeps_earlier).map((row) => row.purpose);
  consent.undecided = own.undecided;
  consent.seen = Math.max(...own.decisions.map((row) => row.sequence), 0);
}
