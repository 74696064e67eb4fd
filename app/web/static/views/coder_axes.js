// @ts-check
/** The axes of a codebook with their codes as buttons: what stands, what leads, which is in hand. */

import { said } from "../client/work.js";
import { h, set } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Axis} Axis */
/** @typedef {import("../client/work.js").Code} Code */
/** @typedef {import("../client/work.js").Cell} Cell */
/** @typedef {{choose: (axis: number, code: string, leads: boolean) => void, hold: (axis: number) => void, sure: (axis: number) => void}} Acts */

const SURE = [null, 1, 2, 3];

/** The next answer to how sure one is. @param {number | null} confidence */
export function surer(confidence) {
  return SURE[(SURE.indexOf(confidence) + 1) % SURE.length];
}

export class CoderAxes {
  /** @param {Axis[]} axes @param {Translate} t @param {Acts} acts @param {boolean} closed */
  constructor(axes, t, acts, closed) {
    this.t = t;
    this.language = document.documentElement.lang;
    this.parts = axes.map((axis, place) => this.#part(axis, place, acts, closed));
    this.element = h("div", { class: "axes" }, ...this.parts.map((part) => part.element));
  }

  /** @param {(axis: string) => Cell} cell @param {number} inHand */
  update(cell, inHand) {
    this.parts.forEach((part, place) => {
      const { code_ids, confidence } = cell(part.axis.id);
      set(part.element, "data-in-hand", place === inHand);
      for (const [code, button] of part.buttons) {
        const at = code_ids.indexOf(code);
        set(button, "aria-pressed", String(at >= 0));
        set(button, "data-leads", at === 0 && code_ids.length > 1);
      }
      const words = confidence ? `coding.confidence_${confidence}` : "coding.confidence_none";
      part.sure.textContent = this.t(words);
      part.sure.hidden = code_ids.length === 0;
    });
  }

  /** @param {Axis} axis @param {number} place @param {Acts} acts @param {boolean} closed */
  #part(axis, place, acts, closed) {
    const name = said(axis.name, this.language);
    /** @type {Map<string, HTMLButtonElement>} */
    const buttons = new Map();
    const codes = axis.codes.map((code) => this.#code(code, place, acts, closed, buttons));
    const sure = h("button", { type: "button", class: "sure", disabled: closed, onclick: () => acts.sure(place) });
    const heading = h("button", { type: "button", class: "axis-name", onclick: () => acts.hold(place) }, name);
    const marks = [axis.is_required ? this.t("codebook.required") : "", axis.choice === "multiple" ? this.t("coding.first_leads") : ""];
    const element = h(
      "section",
      { class: "axis", "aria-label": name },
      h("h3", { title: said(axis.definition, this.language) }, heading, h("span", { class: "detail" }, marks.filter(Boolean).join(" · ")), sure),
      h("div", { class: "code-buttons" }, ...codes),
    );
    return { axis, element, buttons, sure };
  }

  /** @param {Code} code @param {number} place @param {Acts} acts @param {boolean} closed @param {Map<string, HTMLButtonElement>} buttons */
  #code(code, place, acts, closed, buttons) {
    const name = said(code.name, this.language);
    if (!code.is_codable) return h("span", { class: "code-heading" }, name);
    const parts = [said(code.definition, this.language)];
    for (const part of /** @type {const} */ (["include", "exclude", "example"])) {
      const text = said(code[part], this.language);
      if (text) parts.push(`${this.t(`codebook.${part}`)}: ${text}`);
    }
    const onclick = (/** @type {MouseEvent} */ event) => acts.choose(place, code.id, event.shiftKey);
    const button = h(
      "button",
      { type: "button", class: "code", title: parts.filter(Boolean).join("\n"), "aria-pressed": "false", disabled: closed, onclick },
      code.key ? h("kbd", { "aria-hidden": "true" }, code.key) : null,
      h("span", {}, name),
    );
    button.style.setProperty("--code", code.colour);
    buttons.set(code.id, button);
    return button;
  }
}
