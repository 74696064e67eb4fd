// @ts-check
/** Questions before what cannot be taken back. */

import { h } from "./dom.js";

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
