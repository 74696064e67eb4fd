// @ts-check
/** The queue of coding: assigning several recordings at once. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { say } from "./views/dom.js";

const { lang } = document.documentElement;
const t = await loadTexts(lang);
const api = new Api(lang);
const form = document.querySelector("form#assign");

if (form instanceof HTMLFormElement) {
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[data-recording]")]);
    const recording_ids = boxes.filter((box) => box.checked).map((box) => box.value);
    if (!recording_ids.length) return say(problem, t("coding.choose_recording"));
    const fields = new FormData(form);
    const body = { recording_ids, coder_id: fields.get("coder_id"), version_id: fields.get("version_id") };
    try {
      await api.post("/coding-assignments", body);
      location.reload();
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason;
      say(problem, reason.title || t("form.failed"));
    }
  });
}
