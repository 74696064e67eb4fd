// @ts-check
/** Importing a meeting recorded elsewhere: who was there, what was agreed on paper, the sounds. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { say, set } from "./views/dom.js";
import { localise } from "./views/times.js";

const { lang } = document.documentElement;
const t = await loadTexts(lang);
const api = new Api(lang);
localise();

wire("form[data-enter]", async (form) => {
  const starts_at = new Date(value(form, "starts_at")).toISOString();
  const present = [...form.querySelectorAll("input[name=present]:checked")].map((each) => /** @type {HTMLInputElement} */ (each).value);
  const body = { starts_at, duration_min: Number(value(form, "duration_min")), present };
  const made = await api.post(form.dataset.enter ?? "", body);
  location.assign(`/meetings/${made.id}/import`);
});

wire("form[data-paper]", async (form) => {
  const chosen = /** @type {HTMLSelectElement[]} */ ([...form.querySelectorAll("select[data-purpose]")]);
  const decisions = Object.fromEntries(chosen.filter((each) => each.value).map((each) => [each.name, each.value]));
  const signed_at = new Date(`${value(form, "signed_at")}T00:00`).toISOString();
  const body = { user_id: form.dataset.user, decisions, paper: value(form, "paper"), signed_at, language: value(form, "language") };
  await api.post(form.dataset.paper ?? "", body);
  location.reload();
});

wire("form[data-track]", async (form, status) => {
  const file = /** @type {HTMLInputElement} */ (form.elements.namedItem("file")).files?.[0];
  if (!file) return;
  const offset_ms = Math.round(Number(value(form, "offset")) * 1000);
  await send(`/api/v1${form.dataset.track}?offset_ms=${offset_ms}`, file, (percent) => say(status, t("import.sending", { percent })));
  location.reload();
});

/** A form that says what went wrong, and is not sent twice at once.
 * @param {string} selector @param {(form: HTMLFormElement, status: HTMLElement) => Promise<void>} work */
function wire(selector, work) {
  for (const element of document.querySelectorAll(selector)) {
    const form = /** @type {HTMLFormElement} */ (element);
    const status = /** @type {HTMLElement} */ (form.querySelector("[data-told]") ?? document.createElement("p"));
    if (!status.isConnected) {
      set(status, "role", "alert");
      form.querySelector(".buttons")?.before(status);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
      button.disabled = true;
      set(status, "class", "status");
      try {
        await work(form, status);
      } catch (reason) {
        if (!(reason instanceof ApiError)) throw reason;
        set(status, "class", "status bad");
        say(status, reason.title || t("form.failed"));
      } finally {
        button.disabled = false;
      }
    });
  }
}

/** @param {HTMLFormElement} form @param {string} name */
function value(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;
}

/** An upload that tells how far it is, which fetch cannot.
 * @param {string} url @param {File} file @param {(percent: number) => void} reached @returns {Promise<void>} */
function send(url, file, reached) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("accept-language", lang);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => reached(Math.floor((100 * loaded) / total)));
    request.addEventListener("error", () => reject(new ApiError(0, "unreachable", "", null)));
    request.addEventListener("load", () => {
      if (request.status < 400) return resolve();
      const told = (request.getResponseHeader("content-type") ?? "").includes("json") ? JSON.parse(request.responseText) : {};
      reject(new ApiError(request.status, String(told.type ?? "").split(":").pop() ?? "", told.title ?? "", null));
    });
    request.send(file);
  });
}
