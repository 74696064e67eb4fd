// @ts-check
/** The page of one codebook: its draft, files into it, and codings carried to a new version. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { CodebookEditor } from "./views/codebook_editor.js";
import { agreed } from "./views/dialogs.js";
import { say } from "./views/dom.js";

const { lang } = document.documentElement;
const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(lang);
const api = new Api(lang);
const form = document.getElementById("editor");
const upload = document.getElementById("import");

if (form instanceof HTMLFormElement) new CodebookEditor(form, data, api, t);
if (upload instanceof HTMLFormElement) upload.addEventListener("submit", (event) => bring(event, upload));
for (const offer of document.querySelectorAll("[data-offer]")) {
  offer.querySelector("[data-applies]")?.addEventListener("click", () => apply(/** @type {HTMLElement} */ (offer)));
}

/** @param {HTMLElement} offer */
async function apply(offer) {
  const selects = /** @type {HTMLSelectElement[]} */ ([...offer.querySelectorAll("select[data-code]")]);
  const moves = selects.map((select) => ({ code_id: select.dataset.code, to_code_id: select.value || null }));
  if (!(await agreed(t, t("codebook.apply"), t("codebook.apply_why")))) return;
  const body = { from_version_id: offer.dataset.from, to_version_id: offer.dataset.to, moves };
  await attempt(offer, () => api.post(`/codebooks/${data.id}/mappings`, body));
}

/** @param {Event} event @param {HTMLFormElement} upload */
async function bring(event, upload) {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (upload.querySelector("input[type=file]"));
  const file = input.files?.[0];
  if (!file) return;
  const kind = file.name.toLowerCase().endsWith(".csv") ? "csv" : "qdc";
  const label = t("codebook.import_go");
  if (!(await agreed(t, t("codebook.import"), t("codebook.import_replaces"), { label }))) return;
  await attempt(upload, () => api.send("PUT", `/codebooks/${data.id}/draft/${kind}?language=${lang}`, file));
}

/** @param {HTMLElement} where @param {() => Promise<unknown>} act */
async function attempt(where, act) {
  try {
    await act();
    location.reload();
  } catch (reason) {
    if (!(reason instanceof ApiError)) throw reason;
    say(place(where), reason.title || t("form.failed"));
  }
}

/** @param {HTMLElement} where */
function place(where) {
  return /** @type {HTMLElement} */ (where.querySelector("[data-problem]"));
}
