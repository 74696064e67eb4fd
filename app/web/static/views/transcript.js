// @ts-check
/** The transcript below the player: click to play, edit in place, follow a machine that writes. */

import { ApiError } from "../client/api.js";
import { h, say, set } from "./dom.js";
import { ofTranscript, wireImport } from "./file_import.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("./playback.js").Playback} Playback */
/** @typedef {{id: string, name: string}} Speaker */
/** @typedef {{line: string | null, version: number, user: string, start: number, end: number, text: string}} Line */

/** It takes minutes; asking more often tells nothing new. */
const ASK_MS = 3000;
const UNDER_WAY = ["waiting", "running"];
/** How often the line that is heard is looked for. */
const FOLLOW_MS = 250;
/** Of a line written at the place where playback stands, until its writer says otherwise. */
const NEW_LINE_MS = 2000;

export class Transcript {
  /**
   * @param {HTMLElement} section @param {Speaker[]} speakers those whose words may be written
   * @param {Playback | null} playback @param {Api} api @param {Translate} t
   */
  constructor(section, speakers, playback, api, t) {
    this.section = section;
    this.speakers = speakers;
    this.playback = playback;
    this.api = api;
    this.t = t;
    this.path = section.dataset.path ?? "";
    this.items = /** @type {HTMLElement[]} */ ([...section.querySelectorAll("[data-line]")]);
    for (const item of this.items) this.#wire(item);
    section.querySelector("[data-add]")?.addEventListener("click", (event) => this.#add(/** @type {HTMLElement} */ (event.currentTarget)));
    const form = section.querySelector("form[data-import]");
    if (form instanceof HTMLFormElement) wireImport(form, ofTranscript(this.path, t), speakers, api, t);
    if (playback) setInterval(() => this.#follow(playback), FOLLOW_MS);
    if (UNDER_WAY.includes(section.dataset.state ?? "")) setTimeout(() => this.#ask(), ASK_MS);
  }

  /** @param {HTMLElement} item */
  #wire(item) {
    item.querySelector("[data-seek]")?.addEventListener("click", () => {
      this.playback?.seek(Number(item.dataset.start));
      if (this.playback && !this.playback.playing) this.playback.play();
    });
    const edit = /** @type {HTMLElement | null} */ (item.querySelector("[data-edit]"));
    edit?.addEventListener("click", () => {
      const { line = "", version, user = "", start, end } = item.dataset;
      const text = item.querySelector(".words")?.textContent ?? "";
      this.#write(item, edit, { line, version: Number(version), user, start: Number(start), end: Number(end), text });
    });
  }

  /** @param {HTMLElement} button */
  #add(button) {
    const at = Math.round(this.playback?.position_ms ?? 0);
    const end = Math.min(at + NEW_LINE_MS, this.playback?.duration_ms ?? at + NEW_LINE_MS);
    const line = { line: null, version: 0, user: this.speakers[0]?.id ?? "", start: at, end, text: "" };
    this.#write(/** @type {HTMLElement} */ (button.parentElement), button, line);
  }

  /** A form in place of what is edited; focus comes back to where it was opened.
   * @param {HTMLElement} place @param {HTMLElement} opener @param {Line} line */
  #write(place, opener, line) {
    const { t } = this;
    const id = line.line ?? "new";
    const text = h("textarea", { id: `text-${id}`, rows: 3, maxlength: 20000 });
    text.value = line.text;
    const who = h("select", { id: `who-${id}` }, ...this.speakers.map(({ id: user, name }) => h("option", { value: user, selected: user === line.user }, name)));
    const start = seconds(`start-${id}`, line.start);
    const end = seconds(`end-${id}`, line.end);
    const status = h("p", { class: "status", role: "alert" });
    const close = () => {
      shell.remove();
      set(place, "hidden", false);
      opener.focus();
    };
    const written = () => ({ user_id: who.value, start_ms: ms(start), end_ms: ms(end), text: text.value });
    const nothing = { user_id: line.user, start_ms: line.start, end_ms: line.end, text: "" };
    const save = async (/** @type {ReturnType<typeof written>} */ body) => {
      try {
        if (line.line) await this.api.send("PUT", `${this.path}/${line.line}`, { ...body, version: line.version });
        else await this.api.post(this.path, body);
        location.reload();
      } catch (reason) {
        if (!(reason instanceof ApiError)) throw reason;
        set(status, "class", "status bad");
        say(status, reason.title || t("form.failed"));
      }
    };
    const remove = h("button", { type: "button", class: "button quiet", onclick: () => save(nothing) }, t("transcript.remove"));
    const form = h(
      "form",
      { class: "form line-form", onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), void save(written())) },
      field(t("transcript.text"), text),
      h("div", { class: "line-fields" }, field(t("transcript.speaker"), who), field(t("transcript.start"), start), field(t("transcript.end"), end)),
      status,
      h("div", { class: "buttons" }, h("button", { class: "button" }, t("transcript.save")), h("button", { type: "button", class: "button quiet", onclick: close }, t("transcript.cancel")), line.line ? remove : null),
    );
    form.addEventListener("keydown", (event) => event.key === "Escape" && close());
    const shell = place instanceof HTMLLIElement ? h("li", { class: "editing" }, form) : form;
    set(place, "hidden", true);
    place.after(shell);
    text.focus();
  }

  /** @param {Playback} playback */
  #follow({ position_ms }) {
    for (const item of this.items) {
      const { start, end } = item.dataset;
      const heard = Number(start) <= position_ms && position_ms < Number(end);
      set(item, "aria-current", heard ? "true" : null);
    }
  }

  async #ask() {
    const made = await this.api.get(`${this.path}/machine`).catch(() => null);
    if (made && !UNDER_WAY.includes(made.state)) return location.reload();
    const progress = this.section.querySelector("progress");
    const words = this.section.querySelector("#transcript-words");
    if (made && progress && words) {
      progress.value = made.progress;
      const percent = made.progress;
      say(words, made.state === "waiting" ? this.t("transcript.waiting") : this.t("transcript.progress", { percent }));
    }
    setTimeout(() => this.#ask(), ASK_MS);
  }
}

/** @param {string} label @param {HTMLElement} input */
function field(label, input) {
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
}

/** @param {string} id @param {number} at_ms */
function seconds(id, at_ms) {
  return h("input", { id, type: "number", min: 0, step: "0.001", required: true, value: at_ms / 1000 });
}

/** @param {HTMLInputElement} input */
function ms(input) {
  return Math.round(Number(input.value) * 1000);
}
