// @ts-check
/** What becomes of earlier recordings when a yes becomes a no. Chosen beforehand, so that the no
 * itself is one tap and takes effect at once. */

import { h, say, set } from "./dom.js";

/** @typedef {import("../client/room.js").Purpose} Purpose */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("./consent.js").Consents} Consents */

export class Reach {
  static #count = 0;

  /** @param {Translate} t */
  constructor(t) {
    const name = `reach-${++Reach.#count}`;
    this.keep = h("input", { type: "radio", name, value: "keep" });
    const erase = h("input", { type: "radio", name, value: "erase", checked: true });
    this.element = h(
      "fieldset",
      { class: "reach", hidden: true },
      h("legend", {}, t("withdrawal.if_no")),
      h("label", {}, erase, h("span", {}, t("withdrawal.erase"))),
      h("label", {}, this.keep, h("span", {}, t("withdrawal.keep"))),
    );
  }

  get keeps() {
    return this.keep.checked;
  }

  /** There is nothing to choose while nothing is agreed to. @param {Consents} consent */
  update(consent) {
    const any = Object.values(consent.decisions).includes("granted");
    set(this.element, "hidden", !any);
  }
}

/** Says that something was kept, and offers to erase that, too. */
export class KeptNote {
  /** @param {Purpose} purpose @param {Translate} t @param {() => void} erase */
  constructor(purpose, t, erase) {
    const what = t(`consent.${purpose}`);
    this.words = h("span", {}, t("withdrawal.is_kept"));
    const unseen = h("span", { class: "unseen" }, `: ${what}`);
    const button = h("button", { type: "button", class: "button quiet small", "data-action": "erase", onclick: erase }, t("withdrawal.erase_too"), unseen);
    this.element = h("div", { class: "kept", hidden: true }, this.words, button);
  }

  /** @param {boolean} shown */
  show(shown) {
    set(this.element, "hidden", !shown);
  }
}

/** @param {HTMLElement} status @param {Translate} t @param {Purpose} purpose */
export function sayKept(status, t, purpose) {
  say(status, t("withdrawal.now_kept", { purpose: t(`consent.${purpose}`) }));
}

/** That what one agreed to does not count here, and where to answer again. */
export class UncountedBanner {
  /** @param {Translate} t @param {() => void} answer */
  constructor(t, answer) {
    const button = h("button", { type: "button", class: "button small", "data-action": "answer_again", onclick: answer }, t("withdrawal.answer_again"));
    this.t = t;
    this.words = h("span", { role: "status" });
    this.element = h("div", { class: "banner asks", hidden: true }, this.words, h("span", { class: "buttons" }, button));
  }

  /** @param {Purpose[]} uncounted */
  update(uncounted) {
    set(this.element, "hidden", uncounted.length === 0);
    say(this.words, uncounted.length ? this.t("withdrawal.uncounted") : "");
  }
}
