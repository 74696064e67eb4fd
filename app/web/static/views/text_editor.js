// @ts-check
/** Three languages of one text: previewed, compared and saved while they are written. */

import { ApiError } from "../client/api.js";
import { agreed } from "./dialogs.js";
import { say, set } from "./dom.js";
import { Saving } from "./saving.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {{html: string, difference: string, unknown: string[], is_missing: boolean}} Preview */
/** @typedef {Record<string, Preview>} Previews */
/** @typedef {(bodies: Record<string, string>) => Promise<Previews | null>} Look */

/** Lower: a request for every letter. Higher: the preview lags behind the eye. */
const PREVIEW_MS = 400;
/** Lower: more writing to the database. Higher: more is lost with the tab. */
const SAVE_MS = 1500;

export class TextEditor {
  #view = "preview";
  /** @type {number | undefined} */
  #previewTimer;

  /** @param {HTMLFormElement} form @param {Api} api @param {Translate} t @param {Look} look */
  constructor(form, api, t, look) {
    this.form = form;
    this.api = api;
    this.t = t;
    this.look = look;
    this.path = `/programmes/${form.dataset.programme}/consent-texts`;
    this.revision = Number(form.dataset.revision);
    this.saving = new Saving(() => this.#save(), SAVE_MS);
    this.state = this.#find(".editor-state");
    this.problem = this.#find("[data-problem]");
    this.discard = this.#find("[data-discards]");
    this.sections = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-language]")]);
    this.boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name=purpose]")]);
    const newer = form.querySelector("#newer");
    if (newer) this.#find("[data-takes]").addEventListener("click", () => this.#take(JSON.parse(newer.textContent ?? "{}")));
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#publish();
    });
    this.discard.addEventListener("click", () => this.#discard());
    for (const button of form.querySelectorAll("button[data-view]")) {
      button.addEventListener("click", () => this.#show(button.getAttribute("data-view") ?? ""));
    }
    for (const button of form.querySelectorAll("button[data-shows]")) {
      button.addEventListener("click", () => this.#turnTo(button.getAttribute("data-shows") ?? ""));
    }
    this.#preview();
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }

  /** What it asks for. */
  get #purposes() {
    return this.boxes.filter(({ checked }) => checked).map(({ value }) => value);
  }

  /** The software's newer text in every language, into the draft. @param {Record<string, string>} newer */
  #take(newer) {
    for (const section of this.sections) {
      const area = /** @type {HTMLTextAreaElement} */ (section.querySelector("textarea"));
      area.value = newer[area.name];
    }
    for (const box of this.boxes) box.checked = true;
    this.#changed();
  }

  /** @returns {Record<string, string>} */
  #bodies() {
    const areas = this.sections.map((section) => /** @type {HTMLTextAreaElement} */ (section.querySelector("textarea")));
    return Object.fromEntries(areas.map((area) => [area.name, area.value]));
  }

  #changed() {
    clearTimeout(this.#previewTimer);
    say(this.problem, "");
    say(this.state, this.t("consent_text.writing"));
    this.#previewTimer = setTimeout(() => this.#preview(), PREVIEW_MS);
    this.saving.later();
  }

  async #preview() {
    const bodies = this.#bodies();
    const previews = await this.look(bodies);
    if (!previews) return null;
    const now = this.#bodies();
    if (Object.keys(bodies).some((language) => bodies[language] !== now[language])) return null;
    for (const section of this.sections) this.#draw(section, previews[section.dataset.language ?? ""]);
    return previews;
  }

  /** What comes as HTML was escaped and built by the server, which lets no other markup through.
   * @param {HTMLElement} section @param {Preview} preview */
  #draw(section, preview) {
    const shown = /** @type {HTMLElement} */ (section.querySelector("[data-preview]"));
    const compared = /** @type {HTMLElement} */ (section.querySelector("[data-difference]"));
    const unchanged = /** @type {HTMLElement} */ (section.querySelector("[data-unchanged]"));
    shown.innerHTML = preview.html;
    compared.innerHTML = preview.difference;
    set(shown, "hidden", this.#view !== "preview");
    set(compared, "hidden", this.#view === "preview" || !preview.difference);
    set(unchanged, "hidden", this.#view === "preview" || Boolean(preview.difference));
    this.#fault(section, this.#faultOf(preview));
  }

  /** @param {Preview} preview */
  #faultOf({ unknown, is_missing }) {
    if (is_missing) return this.t("consent_text.missing");
    const names = unknown.map((name) => `{${name}}`).join(", ");
    return names ? this.t("consent_text.unknown", { names }) : "";
  }

  /** @param {HTMLElement} section @param {string} text */
  #fault(section, text) {
    const fault = /** @type {HTMLElement} */ (section.querySelector("[data-fault]"));
    const area = /** @type {HTMLTextAreaElement} */ (section.querySelector("textarea"));
    fault.id = `${area.id}-fault`;
    say(fault, text);
    set(area, "aria-invalid", text ? "true" : null);
    set(area, "aria-describedby", text ? fault.id : null);
  }

  async #save() {
    try {
      const draft = await this.api.send("PUT", `${this.path}/draft`, { ...this.#bodies(), purposes: this.#purposes, revision: this.revision });
      this.revision = draft.revision;
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(this.state, this.t("consent_text.saved", { time }));
      set(this.discard, "hidden", false);
    } catch (reason) {
      say(this.state, this.t("consent_text.not_saved"));
      this.#failed(reason);
    }
  }

  async #publish() {
    say(this.problem, "");
    await this.saving.stop();
    const previews = await this.#preview();
    const faulty = this.sections.find((section) => previews && this.#faultOf(previews[section.dataset.language ?? ""]));
    if (faulty) {
      this.saving.now();
      return this.#point(faulty);
    }
    const { people = "0", version = "1" } = this.form.dataset;
    const why = this.t("consent_text.publish_why", { people, version: Number(version) + 1 });
    if (!(await agreed(this.t, this.t("programme.save_text"), why))) return this.saving.now();
    try {
      await this.api.post(this.path, { ...this.#bodies(), purposes: this.#purposes, replaces: Number(version) });
      location.reload();
    } catch (reason) {
      this.saving.now();
      this.#failed(reason);
    }
  }

  async #discard() {
    if (!(await agreed(this.t, this.t("consent_text.discard"), this.t("consent_text.discard_why"), { kind: "danger" }))) return;
    await this.saving.stop();
    await this.api.send("DELETE", `${this.path}/draft`);
    location.reload();
  }

  /** @param {unknown} reason */
  #failed(reason) {
    if (!(reason instanceof ApiError)) throw reason;
    const text = reason.title || this.t("form.failed");
    const section = this.sections.find((each) => each.dataset.language === reason.field);
    if (!section) return say(this.problem, text);
    this.#fault(section, text);
    this.#point(section);
  }

  /** @param {HTMLElement} section */
  #point(section) {
    this.#turnTo(section.dataset.language ?? "");
    section.querySelector("textarea")?.focus();
  }

  /** @param {string} view */
  #show(view) {
    this.#view = view;
    for (const button of this.form.querySelectorAll("button[data-view]")) {
      set(button, "aria-pressed", String(button.getAttribute("data-view") === view));
    }
    this.#preview();
  }

  /** Where only one language fits. @param {string} language */
  #turnTo(language) {
    for (const section of this.sections) set(section, "data-shown", section.dataset.language === language);
    for (const button of this.form.querySelectorAll("button[data-shows]")) {
      set(button, "aria-pressed", String(button.getAttribute("data-shows") === language));
    }
  }
}
