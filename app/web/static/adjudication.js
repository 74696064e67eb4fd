// @ts-check
/** Where coders differ: listen, take one of the codings or a third, and say why. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { h, say, set } from "./views/dom.js";
import { Passage } from "./views/passage.js";

const { lang } = document.documentElement;
/** @type {{audio: string | null}} */
const { audio } = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(lang);
const api = new Api(lang);
const sound = h("audio", { src: audio ?? "", preload: "metadata" });
const passage = new Passage(sound, heard, () => api.stay());
const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".difference")]);
const count = document.querySelector("[data-count]");

/** @type {HTMLElement | null} whose turn was played last */
let playing = null;

for (const card of cards) wire(card);

function heard() {
  const place = /** @type {HTMLElement | null | undefined} */ (playing?.querySelector("[data-problem]"));
  if (place) say(place, passage.failed ? t("coding.sound_failed") : "");
}

/** @param {HTMLElement} card */
function wire(card) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (card.querySelector(what));
  const select = /** @type {HTMLSelectElement} */ (find("[data-code]"));
  card.querySelector("[data-plays]")?.addEventListener("click", () => {
    playing = card;
    passage.play(Number(card.dataset.start), Number(card.dataset.end));
  });
  for (const button of card.querySelectorAll("[data-takes]")) {
    const codes = (button.getAttribute("data-takes") ?? "").split(" ").filter(Boolean);
    button.addEventListener("click", () => decide(card, codes));
  }
  find("[data-decides]").addEventListener("click", () => decide(card, select.value ? [select.value] : []));
}

/** @param {HTMLElement} card @param {string[]} code_ids */
async function decide(card, code_ids) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (card.querySelector(what));
  const select = /** @type {HTMLSelectElement} */ (find("[data-code]"));
  const reason = /** @type {HTMLInputElement} */ (find("[data-reason]")).value.trim();
  say(find("[data-problem]"), "");
  try {
    await api.send("PUT", card.dataset.path ?? "", { code_ids, reason });
  } catch (fault) {
    if (!(fault instanceof ApiError)) throw fault;
    return say(find("[data-problem]"), fault.title || t("form.failed"));
  }
  select.value = code_ids[0] ?? "";
  const names = [...select.options].filter((option) => option.value && code_ids.includes(option.value));
  names.sort((a, b) => code_ids.indexOf(a.value) - code_ids.indexOf(b.value));
  const words = names.map((option) => option.text).join(" + ") || t("coding.no_code");
  say(find("[data-outcome]"), `${t("coding.decided")}: ${words}`);
  set(card, "data-done", true);
  const decided = cards.filter((each) => each.hasAttribute("data-done")).length;
  if (count) say(count, t("coding.left", { count: cards.length - decided }));
}
