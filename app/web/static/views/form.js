// @ts-check
/**
 * Forms and buttons that speak to the REST API.
 *
 * `<form data-method="POST" data-path="/groups" data-next="/groups/{id}">` sends its named fields
 * as JSON and goes on. Without data-next the page is read anew. Problems are shown at the field
 * they name, else above the button. `data-kind` of an input: number, moment, optional (empty is
 * null), each (a list of what is ticked), or text. `data-confirm` says what is at stake, and is asked before anything is sent. Every
 * form has method="dialog": sent before this module is there it does nothing, and above all it puts
 * no password into an address.
 */

import { ApiError } from "../client/api.js";
import { agreed, ask } from "./dialogs.js";
import { h, say, set } from "./dom.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input */

/**
 * @param {HTMLFormElement} form @param {Api} api @param {Translate} t
 * @param {(answer: any) => void} [done]
 */
export function wireForm(form, api, t, done = (answer) => proceed(form, answer)) {
  const status = statusOf(form);
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clear(form, status);
    const wrong = inputs(form).find((input) => !input.checkValidity());
    if (wrong) return point(wrong, wrong.validationMessage, form, status);
    const { confirm, label } = form.dataset;
    if (confirm && !(await agreed(t, label ?? "", confirm, { kind: "danger" }))) return;
    const button = form.querySelector("button:not([type=button])");
    if (button) set(button, "aria-busy", "true");
    try {
      done(await api.send(form.dataset.method ?? "POST", form.dataset.path ?? "", body(form)));
    } catch (reason) {
      fail(reason, form, status, t);
    } finally {
      if (button) set(button, "aria-busy", null);
    }
  });
}

/** A button that does one thing, after asking when `data-confirm` says what is at stake.
 * @param {HTMLButtonElement} button @param {Api} api @param {Translate} t
 * @param {(answer: any) => void} [done] */
export function wireButton(button, api, t, done = (answer) => proceed(button, answer)) {
  button.addEventListener("click", async () => {
    const { method = "POST", path = "", confirm, label } = button.dataset;
    const title = label ?? button.textContent?.trim() ?? "";
    if (confirm && !(await agreed(t, title, confirm, { kind: "danger" }))) return;
    try {
      const body = method === "DELETE" ? undefined : JSON.parse(button.dataset.body ?? "{}");
      done(await api.send(method, path, body));
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      await ask(title, reason.title || t("form.failed"), [{ value: "", label: t("form.close") }]);
    }
  });
}

/** @param {HTMLElement} element @param {any} answer */
function proceed(element, answer) {
  const { next } = element.dataset;
  if (!next) return location.reload();
  location.assign(next.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer?.[name] ?? "")));
}

/** @param {HTMLFormElement} form */
function body(form) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const input of inputs(form)) {
    const { kind } = input.dataset;
    if (kind === "number") values[input.name] = Number(input.value);
    else if (kind === "moment") values[input.name] = new Date(input.value).toISOString();
    else if (kind === "each") values[input.name] = checked(form, input.name);
    else if (kind === "optional") values[input.name] = input.value || null;
    else values[input.name] = input.value;
  }
  return values;
}

/** @param {HTMLFormElement} form @param {string} name */
function checked(form, name) {
  return [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => /** @type {HTMLInputElement} */ (box).value);
}

/** @param {HTMLFormElement} form @returns {Input[]} */
function inputs(form) {
  const all = /** @type {Input[]} */ ([...form.elements].filter((each) => "name" in each && each.name));
  return all.filter((input) => input.type !== "radio" && !input.disabled);
}

/** @param {HTMLFormElement} form */
function statusOf(form) {
  const status = h("p", { class: "status bad", role: "alert" });
  const buttons = form.querySelector(".buttons") ?? form.lastElementChild;
  if (buttons) buttons.before(status);
  return status;
}

/** @param {HTMLFormElement} form @param {HTMLElement} status */
function clear(form, status) {
  say(status, "");
  for (const input of inputs(form)) {
    set(input, "aria-invalid", null);
    set(input, "aria-describedby", input.dataset.hint ?? null);
  }
  for (const fault of form.querySelectorAll(".fault")) fault.remove();
}

/** @param {unknown} reason @param {HTMLFormElement} form @param {HTMLElement} status @param {Translate} t */
export function fail(reason, form, status, t) {
  if (!(reason instanceof ApiError)) throw reason;
  const text = reason.title || t("form.failed");
  const input = inputs(form).find((each) => each.name === reason.field && each.type !== "hidden");
  if (input) point(input, text, form, status);
  else say(status, text);
}

/** @param {Input} input @param {string} text @param {HTMLFormElement} form @param {HTMLElement} status */
function point(input, text, form, status) {
  const field = input.closest(".field");
  if (!field) return say(status, text);
  const id = `${input.id || input.name}-fault`;
  field.append(h("p", { class: "fault", id }, text));
  set(input, "aria-invalid", "true");
  set(input, "aria-describedby", [input.dataset.hint, id].filter(Boolean).join(" "));
  input.focus();
}
