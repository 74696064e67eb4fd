// @ts-check
/** What the results of a connection test mean, and what can be done. */

import { WAYS, placesOf } from "./ways.js";

/** @typedef {import("./messages.d.ts").TrialOpened} TrialOpened */
/** @typedef {import("./measurement.js").Measured} Measured */
/** @typedef {import("./trial.js").Trouble} Trouble */
/** @typedef {import("./ways.js").WayName} WayName */
/** @typedef {{measured: Measured} | {trouble: Trouble}} Outcome */
/** @typedef {{key: string, values?: Record<string, string>}} Sentence */
/** @typedef {{state: "good" | "poor" | "bad", verdict: Sentence, advice: Sentence[]}} Judgement */

/** Conversation gets hard when an answer takes longer. Lower: people are alarmed for nothing.
 * Higher: they wonder in the meeting why they interrupt each other. */
const SLOW_MS = 300;
/** What is lost is asked for again, which hides a little. Lower: every Wi-Fi is called poor. Higher:
 * broken sound is called good. */
const MUCH_LOST = 0.03;

/** @param {Measured} measured */
export function isPoor({ rtt_ms, lost }) {
  return rtt_ms > SLOW_MS || lost > MUCH_LOST;
}

/**
 * @param {TrialOpened | Trouble} opened what the node said, or why it said nothing
 * @param {Partial<Record<WayName, Outcome>>} outcomes
 * @param {string} host of the websocket
 * @returns {Judgement}
 */
export function judge(opened, outcomes, host) {
  if (opened === "busy") return { state: "bad", verdict: { key: "busy" }, advice: [] };
  if (typeof opened === "string") {
    const advice = [{ key: "advice_websocket", values: { host } }, { key: "advice_other" }];
    return { state: "bad", verdict: { key: "verdict_unreachable" }, advice };
  }
  const open = WAYS.filter((name) => measuredOf(outcomes[name]));
  const best = measuredOf(outcomes[open[0]]);
  const secret = WAYS.some((name) => troubleOf(outcomes[name]) === "refused");
  const advice = secret ? [{ key: "advice_secret" }] : [];
  if (!best) {
    if (!opened.ice_servers.length) advice.unshift({ key: "advice_no_turn" });
    advice.unshift(toOpen(opened, outcomes, host), { key: "advice_other" });
    return { state: "bad", verdict: { key: "verdict_bad" }, advice };
  }
  if (open[0] !== "direct") advice.unshift(toOpen(opened, { direct: outcomes.direct }, host));
  if (isPoor(best)) {
    return { state: "poor", verdict: { key: "verdict_poor" }, advice: [{ key: "advice_slow" }, ...advice] };
  }
  if (open[0] !== "direct") return { state: "poor", verdict: { key: "verdict_detour" }, advice };
  return { state: "good", verdict: { key: "verdict_good" }, advice };
}

/**
 * @param {TrialOpened} opened @param {Partial<Record<WayName, Outcome>>} outcomes @param {string} host
 * @returns {Sentence}
 */
function toOpen({ addresses, udp_port, ice_servers }, outcomes, host) {
  const closed = WAYS.filter((name) => troubleOf(outcomes[name]) === "blocked");
  const places = closed.flatMap((name) =>
    name === "direct"
      ? [`UDP ${udp_port} → ${addresses.join(", ") || host}`]
      : placesOf(ice_servers, name),
  );
  return { key: "advice_open", values: { places: places.join("; ") } };
}

/** @param {Outcome | undefined} outcome */
function measuredOf(outcome) {
  return outcome && "measured" in outcome ? outcome.measured : null;
}

/** @param {Outcome | undefined} outcome */
function troubleOf(outcome) {
  return outcome && "trouble" in outcome ? outcome.trouble : null;
}
