// @ts-check
/** Observation notes at the workbench: which one is read, and its words below the lanes. */

import { h, say, set } from "../views/dom.js";
import { fine } from "./words.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {{id: string, at_ms: number, author: string, kind: string, text: string}} Note */

export class NotesBar {
  /** @type {Note | null} */
  selected = null;
  /** @type {Note | null} */
  hovered = null;

  /**
   * @param {Note[]} notes by time
   * @param {{seek: (ms: number) => void, step: (way: 1 | -1) => void, changed: () => void}} hooks
   *   `seek`: plays from there; `step`: a button asks for the next one, or the one before
   * @param {{withheld: boolean}} state others' notes are kept from one who still codes
   * @param {Translate} t
   */
  constructor(notes, hooks, { withheld }, t) {
    this.notes = notes;
    this.hooks = hooks;
    this.t = t;
    this.words = h("p", { class: "bench-note", "aria-live": "polite" });
    this.notice = h("p", { class: "hint", hidden: !withheld }, t("notes.withheld"));
    const button = (/** @type {"previous_note" | "next_note"} */ name, /** @type {1 | -1} */ way) =>
      h("button", { type: "button", class: "button quiet small", "data-act": name, onclick: () => hooks.step(way) }, t(`workbench.key_${name}`));
    const buttons = h("div", { class: "bench-acts", hidden: !notes.length }, button("previous_note", -1), button("next_note", 1));
    this.element = h("div", { class: "card bench-notes", hidden: !notes.length && !withheld }, this.words, this.notice, buttons);
    this.#show();
  }

  /** @param {Note} note */
  choose(note) {
    this.selected = note;
    this.hooks.seek(note.at_ms);
    this.#show();
  }

  /** The next one, or the one before: of the one that is read, else of the playhead. What is to be
   * said if there is none. @param {1 | -1} way @param {number} position_ms */
  go(way, position_ms) {
    const { notes, selected } = this;
    const after = notes.findIndex(({ at_ms }) => at_ms >= position_ms);
    const playhead = after < 0 ? notes.length : after;
    const note = notes[selected ? notes.indexOf(selected) + way : way > 0 ? playhead : playhead - 1];
    if (!note) return notes.length ? "workbench.no_more_notes" : "workbench.no_notes";
    this.choose(note);
    return "";
  }

  /** The nearest, if it is near enough. @param {number} ms @param {number} reach_ms @returns {Note | null} */
  near(ms, reach_ms) {
    const away = (/** @type {Note} */ { at_ms }) => Math.abs(at_ms - ms);
    const [first] = [...this.notes].sort((one, other) => away(one) - away(other));
    return first && away(first) <= reach_ms ? first : null;
  }

  /** @param {Note | null} note */
  hover(note) {
    if (note === this.hovered) return;
    this.hovered = note;
    this.#show();
    this.hooks.changed();
  }

  #show() {
    const { t } = this;
    const note = this.hovered ?? this.selected;
    if (!note) return say(this.words, "");
    const kind = t(`notes.kind_${note.kind}`);
    say(this.words, t("workbench.note", { at: fine(note.at_ms), author: note.author, kind, text: note.text }));
    set(this.words, "data-note", note.id);
  }
}
