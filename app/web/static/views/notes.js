// @ts-check
/** The observer's panel in the room: a field that is ready, and what was noted so far. */

import { h, say, set } from "./dom.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/notes.js").Notes} Notes */
/** @typedef {import("../client/notes.js").Kind} Kind */

/** @type {Kind[]} */
const KINDS = ["observation", "technical"];
const LONGEST = 2000;

export class NotesPanel {
  /** @type {string} what the list was last made of */
  #made = "";

  /** @param {Notes} notes @param {Meeting} meeting @param {Translate} t */
  constructor(notes, meeting, t) {
    this.notes = notes;
    this.meeting = meeting;
    this.t = t;
    const { draft } = notes;
    this.text = h("textarea", { id: "note-text", rows: 3, maxlength: LONGEST, "aria-describedby": "note-how", placeholder: t("notes.write"), oninput: () => this.#write(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#press(event) });
    this.text.value = draft.text;
    this.kinds = KINDS.map((kind) => h("input", { type: "radio", name: "note-kind", id: `note-${kind}`, value: kind, checked: kind === draft.kind, onchange: () => this.#write() }));
    this.begun = h("span", { class: "hint" });
    this.save = h("button", { class: "button small" }, t("notes.save"));
    this.not_about = h("p", { class: "status bad", hidden: true });
    this.off = h("p", { class: "status", role: "status", hidden: true }, t("notes.off_record"));
    this.status = h("p", { class: "hint", role: "status" });
    this.empty = h("p", { class: "empty" }, t("notes.none_yet"));
    this.list = h("ol", { class: "note-list" });
    this.element = this.#build();
  }

  #build() {
    const { t } = this;
    const kinds = this.kinds.map((input) => h("label", { for: input.id }, input, t(`notes.kind_${input.value}`)));
    return h(
      "div",
      { class: "notes" },
      h(
        "form",
        { class: "note-form", onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), this.#finish()) },
        h("p", { class: "hint" }, t("notes.no_names")),
        this.not_about,
        this.off,
        h("label", { for: "note-text", class: "unseen" }, t("notes.write")),
        this.text,
        h("fieldset", { class: "note-kinds" }, h("legend", { class: "unseen" }, t("notes.kind")), ...kinds),
        h("div", { class: "note-end" }, this.begun, this.save),
        h("p", { class: "hint", id: "note-how" }, t("notes.how")),
        this.status,
      ),
      h("h3", {}, t("notes.mine")),
      this.empty,
      this.list,
    );
  }

  update() {
    const { t, notes } = this;
    const { room } = this.meeting;
    const off = room.off_record.since !== null;
    set(this.off, "hidden", !off);
    this.text.disabled = this.save.disabled = off;
    for (const input of this.kinds) input.disabled = off;
    say(this.begun, notes.draft.begun ? t("notes.begun", { at: time(notes.draft.begun) }) : "");
    const names = [...room.participants.values()].filter(({ id, role, consents }) => id !== room.me && role !== "observer" && !consents.includes("indexing")).map(({ name }) => name);
    set(this.not_about, "hidden", names.length === 0);
    say(this.not_about, t("notes.not_about", { names: names.join(", ") }));
    const state = { waiting: "notes.on_its_way", signed_out: "notes.signed_out", saved: "" }[notes.state];
    say(this.status, notes.kept ? state && t(state) : t("notes.not_kept"));
    this.#list();
  }

  /** Rebuilt only when it differs, so that a button keeps its focus. */
  #list() {
    const { notes } = this;
    const now = JSON.stringify([notes.waiting, notes.arrived]);
    if (now === this.#made) return;
    this.#made = now;
    set(this.empty, "hidden", notes.waiting.length + notes.arrived.length > 0);
    const waiting = waitingItems(notes, this.t, () => this.text.focus());
    this.list.replaceChildren(...waiting, ...notes.arrived.map(({ id, at, kind, text }) => item(id, Date.parse(at), kind, text, this.t)));
  }

  #write() {
    const kind = /** @type {Kind} */ (this.kinds.find(({ checked }) => checked)?.value ?? "observation");
    this.notes.write(this.text.value, kind);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#finish();
  }

  #finish() {
    if (this.text.disabled || !this.notes.finish()) return;
    this.text.value = "";
    this.text.focus();
  }
}

/** What has not arrived, the newest first; what was refused says why, and can be given up.
 * @param {Notes} notes @param {Translate} t @param {() => void} discarded */
export function waitingItems(notes, t, discarded) {
  return [...notes.waiting].reverse().map(({ id, begun, kind, text, refused }) => {
    const line = item(id, begun, kind, text, t);
    line.classList.add("waiting");
    const discard = h("button", { type: "button", class: "button quiet small", onclick: () => (notes.discard(id), discarded()) }, t("notes.discard"));
    if (refused) line.append(h("span", { class: "status bad" }, refused), discard);
    return line;
  });
}

/** @param {string} id @param {number} at @param {Kind} kind @param {string} text @param {Translate} t */
function item(id, at, kind, text, t) {
  const from = h("span", { class: "chat-from" }, h("b", {}, time(at)), kind === "technical" ? ` ${t("notes.kind_technical")}` : "");
  return h("li", { class: "chat-line", "data-note": id }, from, h("span", { class: "chat-text" }, text));
}

/** @param {number} ms since 1970 */
function time(ms) {
  return new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
