// @ts-check
/** Decisions that the server refused, in words, each with its ways out. Nothing goes by itself. */

import { said } from "../client/work.js";
import { clock, h } from "./dom.js";

/** @typedef {import("../client/decisions.js").Aside} Aside */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Work} Work */
/** @typedef {{isPossible: (item: Aside) => boolean, again: (item: Aside) => void, leave: (item: Aside) => void}} Ways */

export class CoderAside {
  /** @param {Translate} t @param {Ways} ways */
  constructor(t, ways) {
    this.t = t;
    this.ways = ways;
    this.element = h("section", { class: "alarm coder-aside", role: "alert", hidden: true });
  }

  /** @param {Aside[]} items */
  show(items) {
    this.element.hidden = !items.length;
    const title = h("h2", {}, this.t("coding.aside", { count: items.length }));
    this.element.replaceChildren(title, h("ul", { class: "rows" }, ...items.map((item) => this.#item(item))));
  }

  /** @param {Aside} item */
  #item(item) {
    const { t, ways } = this;
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", class: "button quiet small", onclick }, t(label));
    return h(
      "li",
      {},
      h("span", { class: "main" }, h("b", {}, item.said), h("span", { class: "detail" }, item.why || t("form.failed"))),
      h(
        "span",
        { class: "acts" },
        ways.isPossible(item) ? button("coding.aside_again", () => ways.again(item)) : null,
        button("coding.aside_leave", () => ways.leave(item)),
      ),
    );
  }
}

/** What stands of a turn on an axis. @param {Work} work @param {string} turn @param {string} axis @param {Translate} t */
export function decided(work, turn, axis, t) {
  const { lang } = document.documentElement;
  const found = work.axes.find(({ id }) => id === axis);
  const { code_ids } = work.cell(turn, axis);
  const names = (found?.codes ?? []).filter(({ id }) => code_ids.includes(id)).map(({ name }) => said(name, lang));
  return `${whose(work, turn)} · ${found ? said(found.name, lang) : ""}: ${names.join(", ") || t("coding.no_code")}`;
}

/** @param {Work} work @param {string} turn @param {string} memo @param {Translate} t */
export function noted(work, turn, memo, t) {
  return `${whose(work, turn)} · ${t("coding.memo")}: ${memo}`;
}

/** @param {Work} work @param {string} id */
function whose(work, id) {
  const turn = work.turns.find((each) => each.id === id);
  return turn ? `${turn.pseudonym} · ${clock(turn.start_ms)}` : "";
}
