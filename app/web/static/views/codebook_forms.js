// @ts-check
/** The fields of one axis and of one code, in one language at a time. */

import { h, say } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Axis} Axis */
/** @typedef {import("../client/work.js").Code} Code */
/** @typedef {{summary: HTMLElement, fields: HTMLElement}} Form */
/** @typedef {(name: string, value: string) => void} Keep */

let count = 0;

/** @param {Axis} axis @param {string} language @param {Translate} t @param {() => void} changed @returns {Form} */
export function axisForm(axis, language, t, changed) {
  const title = h("span", {});
  const show = () => say(title, axis.name[language] || axis.label || t("codebook.new_axis"));
  const keep = keeping(axis, language, () => (show(), changed()));
  const tick = (/** @type {"is_required" | "is_ordinal"} */ name, /** @type {string} */ words) => check(words, axis[name], (value) => ((axis[name] = value), changed()));
  const choices = /** @type {const} */ (["single", "multiple"]);
  const options = choices.map((each) => /** @type {[string, string]} */ ([each, t(`codebook.choice_${each}`)]));
  const fields = h(
    "div",
    { class: "fields" },
    line(t("codebook.name"), axis.name[language], 120, (value) => keep("name", value), language),
    line(t("codebook.label"), axis.label, 40, (value) => ((axis.label = value), show(), changed())),
    pick(t("codebook.choice"), axis.choice, options, (value) => ((axis.choice = /** @type {Axis["choice"]} */ (value)), changed())),
    tick("is_required", t("codebook.required")),
    tick("is_ordinal", t("codebook.ordinal")),
    area(t("codebook.definition"), axis.definition[language], (value) => keep("definition", value), language),
    area(t("codebook.source"), axis.source[language], (value) => keep("source", value), language),
  );
  show();
  const number = h("span", { class: "detail" }, t("codebook.codes", { count: axis.codes.length }));
  return { summary: h("summary", {}, title, number), fields };
}

/** @param {Axis} axis @param {Code} code @param {string} language @param {Translate} t @param {() => void} changed @returns {Form} */
export function codeForm(axis, code, language, t, changed) {
  const title = h("span", {});
  const key = h("kbd", {});
  const swatch = h("span", { class: "swatch" });
  const show = () => {
    say(title, code.name[language] || code.label || t("codebook.new_code"));
    say(key, code.key);
    key.hidden = !code.key;
    swatch.style.setProperty("--code", code.colour);
  };
  const noted = () => (show(), changed());
  const keep = keeping(code, language, noted);
  const before = axis.codes.slice(0, axis.codes.indexOf(code));
  const parents = before.map((each) => /** @type {[string, string]} */ ([each.id, each.name[language] || each.label]));
  const colour = h("input", { type: "color", id: fresh(), value: code.colour, oninput: () => ((code.colour = colour.value), noted()) });
  const texts = /** @type {const} */ (["definition", "include", "exclude", "example", "source"]);
  const fields = h(
    "div",
    { class: "fields" },
    line(t("codebook.name"), code.name[language], 120, (value) => keep("name", value), language),
    line(t("codebook.label"), code.label, 40, (value) => ((code.label = value), noted())),
    line(t("codebook.key"), code.key, 1, (value) => ((code.key = value.toLowerCase()), noted())),
    h("div", { class: "field" }, h("label", { for: colour.id }, t("codebook.colour")), colour),
    pick(t("codebook.parent"), code.parent_id ?? "", [["", t("codebook.no_parent")], ...parents], (value) => ((code.parent_id = value || null), changed())),
    check(t("codebook.codable"), code.is_codable, (value) => ((code.is_codable = value), changed())),
    ...texts.map((name) => area(t(`codebook.${name}`), code[name][language], (value) => keep(name, value), language)),
  );
  show();
  return { summary: h("summary", {}, swatch, title, key), fields };
}

/** @param {any} thing an axis or a code @param {string} language @param {() => void} changed @returns {Keep} */
function keeping(thing, language, changed) {
  return (name, value) => {
    thing[name] = { ...thing[name], [language]: value };
    changed();
  };
}

/** @param {string} words @param {string} value @param {number} longest @param {(value: string) => void} keep @param {string} [lang] */
function line(words, value, longest, keep, lang) {
  const input = h("input", { id: fresh(), value, maxlength: longest, lang: lang ?? null, oninput: () => keep(input.value.trim()) });
  return h("div", { class: "field" }, h("label", { for: input.id }, words), input);
}

/** @param {string} words @param {string} value @param {(value: string) => void} keep @param {string} lang */
function area(words, value, keep, lang) {
  const input = h("textarea", { id: fresh(), maxlength: 4000, rows: 2, lang, oninput: () => keep(input.value.trim()) }, value);
  return h("div", { class: "field whole" }, h("label", { for: input.id }, words), input);
}

/** @param {string} words @param {boolean} value @param {(value: boolean) => void} keep */
function check(words, value, keep) {
  const input = h("input", { type: "checkbox", checked: value, onchange: () => keep(input.checked) });
  return h("label", { class: "check" }, input, words);
}

/** @param {string} words @param {string} value @param {[string, string][]} options @param {(value: string) => void} keep */
function pick(words, value, options, keep) {
  const items = options.map(([each, name]) => h("option", { value: each, selected: each === value }, name));
  const select = h("select", { id: fresh(), onchange: () => keep(select.value) }, ...items);
  return h("div", { class: "field" }, h("label", { for: select.id }, words), select);
}

function fresh() {
  count += 1;
  return `field-${count}`;
}
