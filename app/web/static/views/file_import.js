// @ts-check
/** Importing what another program wrote: a file is chosen, its names are assigned by hand, then it is
 * taken in. */

import { ApiError } from "../client/api.js";
import { NotText, textOf } from "../client/text_file.js";
import { clock, h, say, set } from "./dom.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("./transcript.js").Speaker} Speaker */
/** @typedef {{name: string, lines: number, first_ms: number, first_words: string, turns: number}} Voice */
/**
 * @typedef {object} Kind what is imported
 * @property {string} asked path that tells the names in a file
 * @property {string} sent path that takes it in
 * @property {(file: File) => object} told besides the content
 * @property {(voice: Voice) => string} hint
 * @property {string} done text of what was taken in
 */

/** @param {string} path of the transcript @param {Translate} t @returns {Kind} */
export function ofTranscript(path, t) {
  return {
    asked: `${path}/voices`,
    sent: `${path}/import`,
    told: () => ({}),
    hint: ({ lines, first_ms, first_words }) => t("transcript.line_count", { count: lines, at: clock(first_ms), words: first_words }),
    done: "transcript.imported",
  };
}

/** Which form a file of turns has, its name says. @param {File} file */
export function formOf({ name }) {
  return name.split(".").pop()?.toLowerCase() ?? "";
}

/** @param {string} path of the turns @param {Translate} t @returns {Kind} */
export function ofTurns(path, t) {
  return {
    asked: `${path}/names`,
    sent: `${path}/import`,
    told: (file) => ({ form: formOf(file) }),
    hint: ({ turns }) => t("import.turns_count", { count: turns }),
    done: "import.turns_written",
  };
}

/** What went wrong, in words; what is no refusal goes on.
 * @param {unknown} reason @param {Translate} t */
export function sentence(reason, t) {
  if (reason instanceof NotText) return t("import.not_text");
  if (!(reason instanceof ApiError)) throw reason;
  if (reason.code === "invalid" && reason.field === "form") return t("problem.not_a_turn_file");
  if (reason.code === "invalid" && reason.field === "content") return t("import.too_long");
  return reason.title || t("form.failed");
}

/**
 * @param {HTMLFormElement} form @param {Kind} kind
 * @param {Speaker[]} speakers @param {Api} api @param {Translate} t
 */
export function wireImport(form, kind, speakers, api, t) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-voices]"));
  const status = /** @type {HTMLElement} */ (form.querySelector("[data-told]"));
  const again = h("button", { type: "button", class: "button quiet", onclick: () => location.reload() }, t("import.show"));
  const onward = h("div", { class: "buttons" }, again);
  let content = "";

  input.addEventListener("change", async () => {
    place.replaceChildren();
    onward.remove();
    const file = input.files?.[0];
    if (!file) return;
    await tried(async () => {
      content = await textOf(file);
      show(await api.post(kind.asked, { content, ...kind.told(file) }));
    });
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const people = Object.fromEntries(selects().map((select) => [select.dataset.voice ?? "", select.value || null]));
    const offset = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-offset]"));
    const offset_ms = Math.round(Number(offset?.value ?? 0) * 1000);
    const file = input.files?.[0];
    if (!file) return;
    await tried(async () => {
      const done = await api.post(kind.sent, { content, file_name: file.name, people, offset_ms, ...kind.told(file) });
      tell(t(kind.done, done), "good");
      place.replaceChildren();
      status.after(onward);
      again.focus();
    });
  });

  /** @param {Voice[]} voices */
  function show(voices) {
    const id = `${input.id}-offset`;
    const offset = h("input", { id, type: "number", step: "0.001", value: 0, "data-offset": true });
    place.replaceChildren(
      ...voices.map((voice, number) => assignment(voice, number)),
      h("div", { class: "field" }, h("label", { for: id }, t("transcript.offset")), offset),
      h("div", { class: "buttons" }, h("button", { class: "button" }, t("transcript.import_do"))),
    );
    selects()[0]?.focus();
  }

  /** @param {Voice} voice @param {number} number */
  function assignment(voice, number) {
    const { name } = voice;
    const id = `${input.id}-${number}`;
    const options = speakers.map(({ id: user, name: person }) => h("option", { value: user, selected: person === name }, person));
    const label = name ? t("transcript.voice", { name }) : t("transcript.voice_unnamed");
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, label),
      h("p", { class: "hint", id: `${id}-hint` }, kind.hint(voice)),
      h("select", { id, "data-voice": name, "aria-describedby": `${id}-hint` }, h("option", { value: "" }, t("transcript.nobody")), ...options),
    );
  }

  function selects() {
    return /** @type {HTMLSelectElement[]} */ ([...place.querySelectorAll("select")]);
  }

  /** @param {() => Promise<void>} work */
  async function tried(work) {
    tell("", "");
    try {
      await work();
    } catch (reason) {
      tell(sentence(reason, t), "bad");
    }
  }

  /** @param {string} words @param {string} kind */
  function tell(words, kind) {
    set(status, "class", `status ${kind}`);
    say(status, words);
  }
}
