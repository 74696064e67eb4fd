// @ts-check
/** The page where a coordinator writes the consent text. */

import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { TextEditor } from "./views/text_editor.js";

const { lang } = document.documentElement;
const form = document.querySelector("form.editor");
const t = await loadTexts(lang);

if (form instanceof HTMLFormElement) {
  new TextEditor(form, new Api(lang), t, preview);
}

/** @param {Record<string, string>} bodies @returns {Promise<import("./views/text_editor.js").Previews | null>} */
async function preview(bodies) {
  const programme = /** @type {HTMLElement} */ (form).dataset.programme;
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(bodies) };
  const response = await fetch(`/programmes/${programme}/consent-text/preview`, request).catch(() => null);
  return response?.ok ? response.json() : null;
}
