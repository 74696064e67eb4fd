// @ts-check
/** Turns, edits and what became of them, in words. */

import { clock } from "../views/dom.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("./bench.js").Aside} Aside */
/** @typedef {import("../workbench.js").Person} Person */
/** @typedef {import("../client/languages.js").Translate} Translate */

/** Minutes, seconds and hundredths: nudges of 10 ms are seen. @param {number} ms */
export function fine(ms) {
  const mark = (0.1).toLocaleString(document.documentElement.lang).charAt(1);
  return `${clock(ms)}${mark}${String(Math.floor((ms % 1000) / 10)).padStart(2, "0")}`;
}

/** @param {Turn} turn @param {Person[]} people @param {Translate} t */
export function aboutTurn(turn, people, t) {
  const name = turn.user_id ? (people.find(({ id }) => id === turn.user_id)?.name ?? "") : t("workbench.somebody");
  const state = t(`workbench.state_${turn.state}`);
  const words = t("workbench.turn", { name, start: fine(turn.start_ms), end: fine(turn.end_ms), state });
  const marks = [...(turn.is_backchannel ? [t("recording.backchannel")] : []), ...(turn.talk === "speech" ? [] : [t(`workbench.key_${turn.talk}`)])];
  return [words, ...marks.map((mark) => mark.toLocaleLowerCase(document.documentElement.lang))].join(", ");
}

/** What an edit that was set aside wanted. @param {Aside} item @param {Person[]} people @param {Translate} t */
export function wanted({ edit: { operation, change } }, people, t) {
  const [turn] = [...change.taken, ...change.given];
  const name = people.find(({ id }) => id === turn?.user_id)?.name ?? "";
  return t(`workbench.wanted_${operation.name}`, { name, at: fine(turn?.start_ms ?? 0) });
}

/** Why it could not be done. @param {Aside} item @param {Translate} t */
export function why({ title, by }, t) {
  const [latest] = by.slice(-1);
  if (latest) {
    const at = new Date(latest.made_at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    return t("workbench.taken_by", { name: latest.author, at, what: t(`workbench.did_${latest.operation}`) });
  }
  return title || t("form.failed");
}
