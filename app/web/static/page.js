// @ts-check
/** What every page of text and forms needs: forms, buttons, own consents, secrets, times. */

import { send } from "./client/answers.js";
import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { ConsentRows } from "./views/consent.js";
import { h, say, set } from "./views/dom.js";
import { wireButton, wireForm } from "./views/form.js";
import { wireInvitation } from "./views/invitation.js";
import { localise } from "./views/times.js";

const { documentElement } = document;
const t = await loadTexts(documentElement.lang);
const api = new Api(documentElement.lang);
localise();

for (const element of document.querySelectorAll("form[data-path], button[data-path]")) {
  const { shows, report } = /** @type {HTMLElement} */ (element).dataset;
  const secret = shows ? (/** @type {{url: string}} */ answer) => showSecret(shows, answer.url) : undefined;
  const done = report ? (/** @type {{lines: string[]}} */ answer) => showReport(element, report, answer.lines) : secret;
  if (element instanceof HTMLFormElement) wireForm(element, api, t, done);
  else wireButton(/** @type {HTMLButtonElement} */ (element), api, t, done);
}
for (const button of document.querySelectorAll("button[data-copies]")) {
  wireCopy(/** @type {HTMLButtonElement} */ (button));
}
for (const element of document.querySelectorAll("[data-consents]")) wireConsents(element);
for (const button of document.querySelectorAll("button[data-prints]")) {
  button.addEventListener("click", () => print());
}

const invitation = document.querySelector("form[data-invitation]");
if (invitation) wireInvitation(/** @type {HTMLFormElement} */ (invitation), api, t);

/** A link that is shown once.
 * @param {string} id @param {string} url */
function showSecret(id, url) {
  const place = document.getElementById(id);
  const input = place?.querySelector("input");
  if (!place || !input) return;
  input.value = url;
  set(place, "hidden", false);
  place.scrollIntoView({ block: "nearest" });
  input.select();
}

/** What was done for good, in place of the form that did it.
 * @param {Element} form @param {string} id @param {string[]} lines */
function showReport(form, id, lines) {
  const place = document.getElementById(id);
  if (!place) return;
  place.querySelector("ul")?.replaceChildren(...lines.map((line) => h("li", {}, line)));
  form.remove();
  set(place, "hidden", false);
  place.focus();
}

/** @param {HTMLButtonElement} button */
function wireCopy(button) {
  button.addEventListener("click", async () => {
    const input = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copies ?? ""));
    input.select();
    await navigator.clipboard.writeText(input.value);
    const words = button.querySelector("span");
    if (words) say(words, t("form.copied"));
  });
}

/** @param {Element} element */
function wireConsents(element) {
  const { group, consents } = /** @type {HTMLElement} */ (element).dataset;
  const consent = JSON.parse(consents ?? "{}");
  const rows = new ConsentRows({ consent }, t, async (purpose, decision, keeps_earlier) => {
    const text_language = documentElement.lang;
    const decided = { purpose, decision, text_version: consent.text_version, text_language, keeps_earlier };
    return send(api, group ?? "", consent, decided);
  });
  element.replaceChildren(rows.element);
}
