// @ts-check
/** Questions before what cannot be taken back. */

import { h } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {{value: string, label: string, kind?: "danger" | "quiet"}} Choice */

/**
 * Asks and resolves to the chosen value, or to an empty string when the dialog was closed.
 * @param {string} title @param {Node | string} body @param {Choice[]} choices
 * @returns {Promise<string>}
 */
export function ask(title, body, choices) {
  const buttons = choices.map(({ value, label, kind }) =>
    h("button", { class: `button ${kind ?? ""}`, value, "data-choice": value }, label),
  );
  const heading = h("h2", { id: "dialog-title" }, title);
  const content = typeof body === "string" ? h("p", {}, body) : body;
  const form = h("form", { method: "dialog" }, heading, content, h("div", { class: "buttons" }, ...buttons));
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
  });
}

/**
 * Whether the reader goes on with what the title says.
 * @param {Translate} t @param {string} title @param {string} why what is at stake
 * @param {{label?: string, kind?: "danger"}} [yes] the button; without, the title stands on it
 */
export async function agreed(t, title, why, { label = title, kind } = {}) {
  const no = /** @type {const} */ ({ value: "", label: t("form.cancel"), kind: "quiet" });
  return Boolean(await ask(title, why, [{ value: "yes", label, kind }, no]));
}
