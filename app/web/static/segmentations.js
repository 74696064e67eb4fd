// @ts-check
/** Another person's segmentation is sent, laid beside the accepted turns, and kept by nobody. */

import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { textOf } from "./client/text_file.js";
import { h, say } from "./views/dom.js";
import { save } from "./views/download.js";
import { formOf, sentence } from "./views/file_import.js";

/** @typedef {{pseudonym: string | null, binary_alpha: number | null, f1: number | null, matched: number, one_boundaries: number, other_boundaries: number, one_turns: number, other_turns: number, unjudged: number, rules: string}} Row */
/** @typedef {{rows: Row[], passed_over: number}} Compared */

const { lang } = document.documentElement;
const t = await loadTexts(lang);
const api = new Api(lang);
const figures = new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const form = document.querySelector("form[data-compare]");
const card = document.getElementById("compared");
if (form instanceof HTMLFormElement && card) wire(form, card);

/** @param {HTMLFormElement} form @param {HTMLElement} card */
function wire(form, card) {
  const told = /** @type {HTMLElement} */ (form.querySelector("[data-told]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const table = /** @type {HTMLButtonElement} */ (card.querySelector("[data-csv]"));
  /** What is on the page, to be asked for once more as a table. */
  let path = "";
  let body = {};

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const recording = /** @type {HTMLSelectElement} */ (form.elements.namedItem("recording"));
    const file = field("file").files?.[0];
    if (!file) return;
    await tried(button, async () => {
      const offset_ms = Math.round(Number(field("offset").value) * 1000);
      const sent = { form: formOf(file), content: await textOf(file), offset_ms };
      const found = await api.post(`/recordings/${recording.value}/boundaries`, sent);
      [path, body] = [`/recordings/${recording.value}/boundaries.csv`, sent];
      show(card, `${recording.selectedOptions[0].text} · ${file.name}`, found);
    });
  });

  table.addEventListener("click", () =>
    tried(table, async () => save(await api.post(`${path}?decimal=${card.dataset.decimal}`, body), "boundaries.csv")),
  );

  /** @param {HTMLButtonElement} pressed @param {() => Promise<void>} work */
  async function tried(pressed, work) {
    say(told, "");
    pressed.disabled = true;
    try {
      await work();
    } catch (reason) {
      say(told, sentence(reason, t));
    } finally {
      pressed.disabled = false;
    }
  }

  /** @param {string} name */
  function field(name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  }
}

/** @param {HTMLElement} card @param {string} title @param {Compared} found */
function show(card, title, { rows, passed_over }) {
  const [{ unjudged, rules }] = rows;
  const heading = /** @type {HTMLElement} */ (card.querySelector("h2"));
  say(heading, title);
  card.querySelector("tbody")?.replaceChildren(...rows.map(line));
  card.querySelector("[data-left-out]")?.replaceChildren(
    ...[
      unjudged ? h("p", { class: "hint" }, t("agreement.cut_unjudged", { count: unjudged })) : "",
      passed_over ? h("p", { class: "hint" }, t("agreement.second_passed_over", { count: passed_over })) : "",
    ],
  );
  say(/** @type {HTMLElement} */ (card.querySelector(".rules")), `${t("analysis.rules")}: ${rules}`);
  card.hidden = false;
  heading.focus();
}

/** @param {Row} row */
function line(row) {
  const { matched, one_boundaries: one, other_boundaries: other } = row;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, row.pseudonym ?? t("agreement.cut_together")),
    h("td", {}, figure(row.binary_alpha)),
    h("td", {}, figure(row.f1), h("span", { class: "chance" }, `${matched} / ${one} · ${other}`)),
    h("td", {}, `${row.one_turns} · ${row.other_turns}`),
  );
}

/** @param {number | null} value */
function figure(value) {
  return value === null ? "–" : figures.format(value);
}
