// @ts-check
/** Writing a codebook: its axes and codes, saved while they are written, published when whole. */

import { ApiError } from "../client/api.js";
import { axisForm, codeForm } from "./codebook_forms.js";
import { agreed } from "./dialogs.js";
import { h, say, set } from "./dom.js";
import { Saving } from "./saving.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Axis} Axis */
/** @typedef {import("../client/work.js").Code} Code */
/** @typedef {{code: string, axis_id: string | null, code_id: string | null}} Fault */
/** @typedef {{id: string, list: string, revision: number, document: {axes: Axis[]}, faults: Fault[], fresh: {axis: Axis, code: Code}}} Data */

/** Lower: more writing to the database. Higher: more is lost with the tab. */
const SAVE_MS = 1200;

export class CodebookEditor {
  /** @type {Set<string>} of axes and codes that are unfolded */
  #open = new Set();

  /** @param {HTMLFormElement} form @param {Data} data @param {Api} api @param {Translate} t */
  constructor(form, data, api, t) {
    this.form = form;
    this.data = data;
    this.api = api;
    this.t = t;
    this.language = document.documentElement.lang;
    this.faults = data.faults;
    this.saving = new Saving(() => this.#save(), SAVE_MS);
    this.path = `/codebooks/${data.id}`;
    this.axes = this.#find("[data-axes]");
    this.state = this.#find("[data-state]");
    this.problem = this.#find("[data-problem]");
    this.#find("[data-adds-axis]").addEventListener("click", () => this.#addAxis());
    this.#find("[data-publishes]").addEventListener("click", () => this.#publish());
    this.discard = this.#find("[data-discards]");
    this.discard.addEventListener("click", () => this.#discard());
    for (const button of form.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => this.#write(button.getAttribute("data-language") ?? ""));
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    this.draw();
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }

  draw() {
    const { axes } = this.data.document;
    this.axes.replaceChildren(...axes.map((axis, place) => this.#axis(axis, place)));
    this.#showFaults();
  }

  changed() {
    say(this.problem, "");
    say(this.state, this.t("consent_text.writing"));
    this.saving.later();
  }

  async #save() {
    const { document: written, revision } = this.data;
    try {
      const draft = await this.api.send("PUT", `${this.path}/draft`, { document: written, revision });
      this.data.revision = draft.revision;
      this.faults = draft.faults;
      const time = new Date().toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" });
      say(this.state, this.t("consent_text.saved", { time }));
      set(this.discard, "hidden", false);
      this.#showFaults();
    } catch (reason) {
      say(this.state, this.t("consent_text.not_saved"));
      this.#failed(reason);
    }
  }

  async #publish() {
    say(this.problem, "");
    await this.saving.now();
    if (this.faults.length) return say(this.problem, this.t("codebook.faults_first"));
    if (!(await agreed(this.t, this.t("codebook.publish"), this.t("codebook.publish_ask")))) return;
    await this.#attempt(() => this.api.post(`${this.path}/versions`, { revision: this.data.revision }));
  }

  async #discard() {
    const title = this.discard.textContent?.trim() ?? "";
    if (!(await agreed(this.t, title, this.t("codebook.discard_why"), { kind: "danger" }))) return;
    await this.saving.stop();
    await this.#attempt(() => this.api.send("DELETE", `${this.path}/draft`));
  }

  /** @param {() => Promise<unknown>} act */
  async #attempt(act) {
    try {
      await act();
      const gone = await this.api.get(this.path).then(() => false, () => true);
      if (gone) location.assign(this.data.list);
      else location.reload();
    } catch (reason) {
      this.#failed(reason);
    }
  }

  /** @param {unknown} reason */
  #failed(reason) {
    if (!(reason instanceof ApiError)) throw reason;
    say(this.problem, reason.title || this.t("form.failed"));
  }

  /** @param {string} language */
  #write(language) {
    this.language = language;
    for (const button of this.form.querySelectorAll("[data-language]")) {
      set(button, "aria-pressed", String(button.getAttribute("data-language") === language));
    }
    this.draw();
  }

  #addAxis() {
    const axis = { ...structuredClone(this.data.fresh.axis), id: crypto.randomUUID() };
    this.data.document.axes.push(axis);
    this.#redraw(axis.id);
  }

  /** @param {string} unfolded */
  #redraw(unfolded) {
    this.#open.add(unfolded);
    this.changed();
    this.draw();
    const opened = this.axes.querySelector(`[data-id="${unfolded}"] input`);
    if (opened instanceof HTMLElement) opened.focus();
  }

  /** @param {Axis} axis @param {number} place */
  #axis(axis, place) {
    const codes = axis.codes.map((code, at) => this.#code(axis, code, at));
    const add = h("button", { type: "button", class: "button quiet small", onclick: () => this.#addCode(axis) }, this.t("codebook.add_code"));
    const { summary, fields } = axisForm(axis, this.language, this.t, () => this.changed());
    const tools = this.#tools(this.data.document.axes, place);
    const body = h("div", { class: "stack" }, fields, h("div", { class: "code-list" }, ...codes), h("div", { class: "buttons" }, add, ...tools));
    return this.#folded(axis.id, "card axis-form", summary, body);
  }

  /** @param {Axis} axis @param {Code} code @param {number} place */
  #code(axis, code, place) {
    const { summary, fields } = codeForm(axis, code, this.language, this.t, () => this.changed());
    const body = h("div", { class: "stack" }, fields, h("div", { class: "buttons" }, ...this.#tools(axis.codes, place)));
    return this.#folded(code.id, "code-form", summary, body);
  }

  /** @param {Axis} axis */
  #addCode(axis) {
    const code = { ...structuredClone(this.data.fresh.code), id: crypto.randomUUID() };
    axis.codes.push(code);
    this.#open.add(axis.id);
    this.#redraw(code.id);
  }

  /** Moving up and down, and taking away.
   * @param {{id: string}[]} list @param {number} place */
  #tools(list, place) {
    const { id } = list[place];
    const move = (/** @type {number} */ by) => {
      list.splice(place + by, 0, ...list.splice(place, 1));
      this.#redraw(id);
    };
    const remove = () => {
      list.splice(place, 1);
      this.changed();
      this.draw();
    };
    const button = (/** @type {string} */ name, /** @type {boolean} */ disabled, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", class: "button quiet small", disabled, onclick }, this.t(name));
    return [
      button("codebook.up", place === 0, () => move(-1)),
      button("codebook.down", place === list.length - 1, () => move(1)),
      button("codebook.remove", false, remove),
    ];
  }

  /** @param {string} id @param {string} name @param {HTMLElement} summary @param {HTMLElement} body */
  #folded(id, name, summary, body) {
    const details = h("details", { class: name, "data-id": id, open: this.#open.has(id) }, summary, body);
    details.addEventListener("toggle", () => {
      if (details.open) this.#open.add(id);
      else this.#open.delete(id);
    });
    return details;
  }

  #showFaults() {
    for (const each of this.axes.querySelectorAll("[data-faulty]")) set(each, "data-faulty", null);
    const lines = this.faults.map(({ code, axis_id, code_id }) => {
      const axis = this.data.document.axes.find((each) => each.id === axis_id);
      const place = this.axes.querySelector(`[data-id="${code_id || axis_id}"]`);
      if (place) set(place, "data-faulty", true);
      const found = axis?.codes.find((each) => each.id === code_id);
      const names = [axis, found].flatMap((each) => (each ? [each.name[this.language] || each.label || "?"] : []));
      return h("li", {}, [...names, this.t(`codebook.fault_${code}`)].join(": "));
    });
    this.#find("[data-faults]").replaceChildren(...lines);
  }
}
