// @ts-check
/** Notes after the meeting: click to play, change one's own, take out. */

import { ApiError } from "../client/api.js";
import { ask } from "./dialogs.js";
import { h, say, set } from "./dom.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("./playback.js").Playback} Playback */

const KINDS = ["observation", "technical"];

export class NotesList {
  /** @param {HTMLElement} section @param {Playback | null} playback @param {Api} api @param {Translate} t */
  constructor(section, playback, api, t) {
    this.playback = playback;
    this.api = api;
    this.t = t;
    this.path = section.dataset.path ?? "";
    this.longest = Number(section.dataset.longest);
    for (const item of section.querySelectorAll("[data-note]")) this.#wire(/** @type {HTMLElement} */ (item));
  }

  /** @param {HTMLElement} item */
  #wire(item) {
    item.querySelector("[data-seek]")?.addEventListener("click", () => {
      this.playback?.seek(Number(item.dataset.start));
      if (this.playback && !this.playback.playing) this.playback.play();
    });
    item.querySelector("[data-edit]")?.addEventListener("click", (event) => this.#edit(item, /** @type {HTMLElement} */ (event.currentTarget)));
    item.querySelector("[data-remove]")?.addEventListener("click", () => this.#remove(item));
  }

  /** A form in place of the note; focus comes back to where it was opened.
   * @param {HTMLElement} item @param {HTMLElement} opener */
  #edit(item, opener) {
    const { t } = this;
    const { note = "", version, kind: was } = item.dataset;
    const text = h("textarea", { id: `note-${note}`, rows: 3, maxlength: this.longest, required: true });
    text.value = item.querySelector(".words")?.textContent ?? "";
    const kind = h("select", { id: `kind-${note}` }, ...KINDS.map((each) => h("option", { value: each, selected: each === was }, t(`notes.kind_${each}`))));
    const status = h("p", { class: "status", role: "alert" });
    const close = () => {
      shell.remove();
      set(item, "hidden", false);
      opener.focus();
    };
    const save = (/** @type {Event} */ event) => {
      event.preventDefault();
      const body = { kind: kind.value, text: text.value, version: Number(version) };
      void this.#done(this.api.send("PUT", `${this.path}/${note}`, body), status);
    };
    const form = h(
      "form",
      { class: "form line-form", onsubmit: save },
      h("div", { class: "field" }, h("label", { for: text.id }, t("notes.text")), text),
      h("div", { class: "field" }, h("label", { for: kind.id }, t("notes.kind")), kind),
      status,
      h("div", { class: "buttons" }, h("button", { class: "button" }, t("notes.store")), h("button", { type: "button", class: "button quiet", onclick: close }, t("notes.cancel"))),
    );
    form.addEventListener("keydown", (event) => event.key === "Escape" && close());
    const shell = h("li", { class: "editing" }, form);
    set(item, "hidden", true);
    item.after(shell);
    text.focus();
  }

  /** @param {HTMLElement} item */
  async #remove(item) {
    const { t } = this;
    const choices = [
      { value: "remove", label: t("notes.remove"), kind: /** @type {const} */ ("danger") },
      { value: "", label: t("notes.cancel"), kind: /** @type {const} */ ("quiet") },
    ];
    if (!(await ask(t("notes.remove"), t("notes.remove_why"), choices))) return;
    const status = h("p", { class: "status", role: "alert" });
    item.querySelector("p")?.append(status);
    await this.#done(this.api.send("DELETE", `${this.path}/${item.dataset.note}`), status);
  }

  /** The page as it is then, or why not. @param {Promise<unknown>} change @param {HTMLElement} status */
  async #done(change, status) {
    try {
      await change;
      location.reload();
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      set(status, "class", "status bad");
      say(status, reason.title || this.t("form.failed"));
    }
  }
}
