// @ts-check
/** The lines of the connection test: what is being tried, whether it works, and what it means. */

import { h, icon, say, set } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {"waiting" | "running" | "good" | "poor" | "bad"} State */

const ICONS = { waiting: "", running: "", good: "check", poor: "warning", bad: "cross" };
const TAGS = { waiting: "tag", running: "tag", good: "tag good", poor: "tag live", bad: "tag bad" };

export class Checks {
  /** @param {Translate} t */
  constructor(t) {
    this.t = t;
    /** @type {Map<string, HTMLElement>} */
    this.lines = new Map();
    for (const line of document.querySelectorAll("[data-check]")) {
      const element = /** @type {HTMLElement} */ (line);
      this.lines.set(element.dataset.check ?? "", element);
    }
  }

  reset() {
    for (const name of this.lines.keys()) this.show(name, "waiting");
  }

  /** @param {string} name @param {State} state @param {string} [detail] */
  show(name, state, detail = "") {
    const line = this.lines.get(name);
    if (!line) return;
    if (state !== "waiting") set(line, "hidden", false);
    set(line, "data-state", state);
    const tag = line.querySelector("[data-part=state]");
    if (tag) {
      tag.className = TAGS[state];
      say(tag, this.t(`trial.state_${state}`));
    }
    const words = line.querySelector("[data-part=detail]");
    if (words) say(words, detail);
    line.querySelector(".check-mark")?.replaceChildren(...(ICONS[state] ? [icon(ICONS[state])] : []));
  }
}

/**
 * @param {HTMLElement} place @param {import("../client/judgement.js").Judgement} judgement
 * @param {Translate} t
 */
export function showVerdict(place, { state, verdict, advice }, t) {
  const face = icon({ good: "check", poor: "warning", bad: "cross" }[state]);
  const items = advice.map(({ key, values }) => h("li", {}, t(`trial.${key}`, values)));
  const heading = h("h2", {}, t(`trial.${verdict.key}`));
  const what = items.length ? [h("p", {}, t("trial.advice")), h("ul", {}, ...items)] : [];
  set(place, "data-state", state);
  place.replaceChildren(face, h("div", {}, heading, ...what));
  set(place, "hidden", false);
}
