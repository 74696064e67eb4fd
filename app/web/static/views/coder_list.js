// @ts-check
/** Every turn of a recording in order: which is in hand, which are coded, which are only heard. */

import { clock, h, set } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Turn} Turn */
/** @typedef {import("../client/work.js").Work} Work */

export class CoderList {
  /** @param {Work} work @param {Translate} t @param {(place: number) => void} go */
  constructor(work, t, go) {
    this.work = work;
    this.items = work.turns.map((turn) => ({ turn, item: this.#item(turn, go) }));
    const list = h("ol", { class: "turns-to-code" }, ...this.items.map(({ item }) => item));
    this.element = h("nav", { class: "card coder-list", "aria-label": t("recording.turns") }, list);
  }

  /** @param {Turn | undefined} current */
  update(current) {
    for (const { turn, item } of this.items) {
      set(item, "aria-current", turn === current ? "true" : null);
      set(item, "data-coded", turn.is_mine && this.work.isCoded(turn));
    }
  }

  /** @param {Turn | undefined} current */
  show(current) {
    this.items.find(({ turn }) => turn === current)?.item.scrollIntoView({ block: "nearest" });
  }

  /** @param {Turn} turn @param {(place: number) => void} go */
  #item(turn, go) {
    const place = this.work.mine.indexOf(turn);
    const words = [h("span", { class: "turn-time" }, clock(turn.start_ms)), h("b", {}, turn.pseudonym), h("span", { class: "turn-mark" })];
    if (place < 0) return h("li", { class: "beside" }, h("span", {}, ...words));
    return h("li", {}, h("button", { type: "button", onclick: () => go(place) }, ...words));
  }
}
