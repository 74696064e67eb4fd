// @ts-check
/** Bringing in answers to surveys: a file is looked at as soon as it is chosen, and sent on request. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { h, say } from "./views/dom.js";

/** @typedef {{label: string, kind: string, answered: number}} Column */
/** @typedef {{people: number, members: number, pseudonym_column: string, questions: Column[], left_out: string[]}} Look */

const { lang } = document.documentElement;
const t = await loadTexts(lang);
const api = new Api(lang);

for (const form of document.querySelectorAll("form[data-send]")) wire(/** @type {HTMLFormElement} */ (form));

/** @param {HTMLFormElement} form */
function wire(form) {
  const told = /** @type {HTMLElement} */ (form.querySelector("[data-told]"));
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-looked]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  for (const name of ["file", "group_id", "pseudonym"]) field(form, name).addEventListener("change", look);

  async function look() {
    place.replaceChildren();
    const file = chosen(form);
    if (file) await tried(async () => place.replaceChildren(...shown(await api.post(`${form.dataset.look}?${query(form, file)}`, file))));
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = chosen(form);
    if (!file) return;
    button.disabled = true;
    await tried(async () => {
      await api.send(form.dataset.send ?? "POST", `${form.dataset.to}?${query(form, file)}`, file);
      location.reload();
    });
    button.disabled = false;
  });

  /** @param {() => Promise<void>} work */
  async function tried(work) {
    say(told, "");
    try {
      await work();
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      say(told, reason.title || t("form.failed"));
    }
  }
}

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** @param {HTMLFormElement} form */
function chosen(form) {
  return field(form, "file").files?.[0];
}

/** @param {HTMLFormElement} form @param {File} file */
function query(form, file) {
  const asked = new URLSearchParams({ file_name: file.name.slice(0, 200) });
  for (const name of ["name", "moment", "group_id", "pseudonym"]) {
    const input = form.elements.namedItem(name);
    if (input && field(form, name).value) asked.set(name, field(form, name).value);
  }
  return asked;
}

/** @param {Look} look */
function shown(look) {
  const { people, members, pseudonym_column: column } = look;
  const head = h("tr", {}, ...["survey.question", "survey.kind", "survey.answers"].map((key) => h("th", { scope: "col" }, t(key))));
  const rows = look.questions.map(({ label, kind, answered }) =>
    h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, t(`survey.kind_${kind}`)), h("td", {}, String(answered))),
  );
  const table = h("table", { class: "fits" }, h("thead", {}, head), h("tbody", {}, ...rows));
  const out = look.left_out.length ? h("p", { class: "hint" }, t("survey.left_out", { columns: look.left_out.join(", ") })) : null;
  return [h("p", { class: "status" }, t("survey.looked", { people, members, column })), ...[out].filter((each) => each !== null), table];
}
