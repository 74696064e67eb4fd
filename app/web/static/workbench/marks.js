// @ts-check
/** Lanes of moments with words: observation notes, and the chat. Which one is read, and its words
 * below the lanes. */

import { h, say, set } from "../views/dom.js";
import { fine } from "./words.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {{id: string, at_ms: number, author: string, text: string, kind?: string, user_id?: string}} Mark
 * `kind`: of a note; `user_id`: of whoever wrote in the chat */
/** @typedef {"note" | "chat"} Lane */

/** What each lane says. @type {Record<Lane, {title: string, withheld: string, none: string, no_more: string}>} */
const WORDS = {
  note: { title: "notes.title", withheld: "notes.withheld", none: "workbench.no_notes", no_more: "workbench.no_more_notes" },
  chat: { title: "workbench.chat", withheld: "workbench.chat_withheld", none: "workbench.no_chat", no_more: "workbench.no_more_chat" },
};

export class Marks {
  /** @type {Mark | null} */
  selected = null;
  /** @type {Mark | null} */
  hovered = null;

  /**
   * @param {Lane} lane
   * @param {Mark[]} marks by time
   * @param {{seek: (ms: number) => void, step: (way: 1 | -1) => void, changed: () => void}} hooks
   *   `seek`: plays from there; `step`: a button asks for the next one, or the one before
   * @param {{withheld: boolean, remove?: (mark: Mark) => Promise<boolean>}} state
   *   `withheld`: they are kept from one who still codes; `remove`: for those who may, one for good
   * @param {Translate} t
   */
  constructor(lane, marks, hooks, { withheld, remove }, t) {
    this.lane = lane;
    this.marks = marks;
    this.hooks = hooks;
    this.t = t;
    this.title = t(WORDS[lane].title);
    this.words = h("p", { class: "bench-mark", "aria-live": "polite" });
    this.notice = h("p", { class: "hint", hidden: !withheld }, t(WORDS[lane].withheld));
    this.remover = remove ? h("button", { type: "button", class: "button quiet small", "data-act": `remove_${lane}`, onclick: () => this.#remove(remove) }, t(`workbench.remove_${lane}`)) : null;
    const button = (/** @type {string} */ name, /** @type {1 | -1} */ way) =>
      h("button", { type: "button", class: "button quiet small", "data-act": name, onclick: () => hooks.step(way) }, t(`workbench.key_${name}`));
    const buttons = h("div", { class: "bench-acts", hidden: !marks.length }, button(`previous_${lane}`, -1), button(`next_${lane}`, 1), this.remover);
    this.element = h("div", { class: "card bench-marks", "data-lane": lane, hidden: !marks.length && !withheld }, this.words, this.notice, buttons);
    this.#show();
  }

  /** @param {Mark} mark */
  choose(mark) {
    this.selected = mark;
    this.hooks.seek(mark.at_ms);
    this.#show();
  }

  /** The next one, or the one before: of the one that is read, else of the playhead. What is to be
   * said if there is none. @param {1 | -1} way @param {number} position_ms */
  go(way, position_ms) {
    const { marks, selected, lane } = this;
    const after = marks.findIndex(({ at_ms }) => at_ms >= position_ms);
    const playhead = after < 0 ? marks.length : after;
    const mark = marks[selected ? marks.indexOf(selected) + way : way > 0 ? playhead : playhead - 1];
    if (!mark) return marks.length ? WORDS[lane].no_more : WORDS[lane].none;
    this.choose(mark);
    return "";
  }

  /** The nearest, if it is near enough. @param {number} ms @param {number} reach_ms @returns {Mark | null} */
  near(ms, reach_ms) {
    const away = (/** @type {Mark} */ { at_ms }) => Math.abs(at_ms - ms);
    const [first] = [...this.marks].sort((one, other) => away(one) - away(other));
    return first && away(first) <= reach_ms ? first : null;
  }

  /** @param {Mark | null} mark */
  hover(mark) {
    if (mark === this.hovered) return;
    this.hovered = mark;
    this.#show();
    this.hooks.changed();
  }

  /** @param {(mark: Mark) => Promise<boolean>} remove */
  async #remove(remove) {
    const { selected } = this;
    if (!selected || !(await remove(selected))) return;
    this.marks = this.marks.filter((mark) => mark !== selected);
    this.selected = null;
    if (this.hovered === selected) this.hovered = null; // the pointer may rest on it still
    this.#show();
    this.hooks.changed();
  }

  #show() {
    const { t } = this;
    if (this.remover) set(this.remover, "disabled", !this.selected);
    const mark = this.hovered ?? this.selected;
    if (!mark) return say(this.words, "");
    const told = { at: fine(mark.at_ms), author: mark.author, text: mark.text };
    say(this.words, mark.kind ? t("workbench.note", { ...told, kind: t(`notes.kind_${mark.kind}`) }) : t("workbench.chat_line", told));
    set(this.words, `data-${this.lane}`, mark.id);
  }
}
