// @ts-check
/**
 * A coder at work: one turn at a time, keyboard first. The axis in hand takes the keys of its
 * codes; Enter goes on, to the next axis that must have a code or to the next turn without.
 */

import { CoderAxes, surer } from "./coder_axes.js";
import { CoderList } from "./coder_list.js";
import { CoderSound } from "./coder_sound.js";
import { agreed, ask } from "./dialogs.js";
import { clock, h, say, set } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Work} Work */
/** @typedef {{decide: (turn: string, axis: string) => void, note: (turn: string, body: string) => void, finish: () => Promise<void>, renew: () => Promise<unknown>}} Acts */

/** Lower: a request for every letter. Higher: more of a memo is lost with the tab. */
const MEMO_MS = 800;
const HELP = ["codes", "enter", "next", "axes", "uncoded", "play", "loop", "lead", "clear", "sure", "memo"];

export class Coder {
  place = 0;
  axis = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #memoTimer;
  /** @type {import("../client/work.js").Turn | undefined} whose memo is being written */
  #noted;
  /** Whether the last that was touched was touched by mouse or finger. */
  #pointed = false;

  /** @param {Work} work @param {string | null} audio @param {Translate} t @param {Acts} acts */
  constructor(work, audio, t, acts) {
    this.work = work;
    this.t = t;
    this.acts = acts;
    this.sound = new CoderSound(audio, t, acts.renew, () => this.turn);
    this.axes = new CoderAxes(work.axes, t, {
      choose: (axis, code, leads) => this.choose(axis, code, leads),
      hold: (axis) => this.hold(axis),
      sure: (axis) => this.sure(axis),
    }, work.isDone);
    this.state = h("span", { class: "save-state", role: "status" });
    this.problem = h("p", { class: "status bad", role: "alert" });
    this.head = h("h2", { tabindex: "-1", "aria-live": "polite" });
    this.bar = h("progress", { class: "progress", max: Math.max(1, work.mine.length), "aria-label": t("coding.title") });
    this.count = h("span", { class: "detail" });
    this.memo = h("textarea", { id: "memo", maxlength: 5000, disabled: work.isDone, oninput: () => this.#writes() });
    this.finishing = h("div", { class: "finishing" }, h("p", {}, t("coding.all_coded")), h("button", { type: "button", class: "button", onclick: () => this.finish() }, t("coding.finish")));
    this.list = new CoderList(work, t, (place) => this.go(place));
    this.element = h("div", { class: "coder" }, this.#panel(), this.list.element);
    document.addEventListener("keydown", (event) => this.key(event));
    this.memo.addEventListener("blur", () => this.#keepMemo());
    this.element.addEventListener("pointerdown", () => (this.#pointed = true));
    this.element.addEventListener("click", () => this.#letGo("button, summary, input[type=checkbox]"));
    this.element.addEventListener("change", () => this.#letGo("select"));
    this.go(Math.max(0, work.nextUncoded(-1)), false);
  }

  get turn() {
    return this.work.mine[this.place];
  }

  /** @param {number} place @param {boolean} [plays] */
  go(place, plays = true) {
    this.#keepMemo();
    this.place = Math.max(0, Math.min(this.work.mine.length - 1, place));
    this.axis = this.turn ? Math.max(0, this.work.nextAxis(this.turn, -1)) : 0;
    this.#noted = this.turn;
    this.memo.value = this.turn ? (this.work.memos.get(this.turn.id) ?? "") : "";
    this.sound.follow(plays);
    this.update();
    this.list.show(this.turn);
  }

  /** @param {number} axis */
  hold(axis) {
    this.axis = (axis + this.work.axes.length) % this.work.axes.length;
    this.update();
    this.axes.parts[this.axis]?.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} place @param {string} code @param {boolean} leads */
  choose(place, code, leads) {
    const { work, turn } = this;
    if (!turn || work.isDone) return;
    const axis = work.axes[place];
    const { code_ids, confidence } = work.cell(turn.id, axis.id);
    const chosen = work.chosen(axis, code_ids, code, leads);
    work.set(turn.id, axis.id, { code_ids: chosen, confidence: chosen.length ? confidence : null });
    this.acts.decide(turn.id, axis.id);
    this.axis = place;
    this.update();
  }

  clear() {
    const { work, turn } = this;
    const axis = work.axes[this.axis];
    if (!turn || work.isDone || !work.cell(turn.id, axis.id).code_ids.length) return;
    work.set(turn.id, axis.id, { code_ids: [], confidence: null });
    this.acts.decide(turn.id, axis.id);
    this.update();
  }

  /** @param {number} place */
  sure(place) {
    const { work, turn } = this;
    if (!turn || work.isDone) return;
    const axis = work.axes[place];
    const { code_ids, confidence } = work.cell(turn.id, axis.id);
    if (!code_ids.length) return;
    work.set(turn.id, axis.id, { code_ids, confidence: surer(confidence) });
    this.acts.decide(turn.id, axis.id);
    this.update();
  }

  /** To what must be decided next: an axis of this turn, then another turn. */
  goOn() {
    if (!this.turn) return;
    const axis = this.work.nextAxis(this.turn, this.axis);
    if (axis >= 0) return this.hold(axis);
    const place = this.work.nextUncoded(this.place);
    if (place >= 0) this.go(place);
    else this.update();
  }

  /** After a click the keys are the coder's again: Space plays, and does not press the same once
   * more. Who came by Tab stays. @param {string} controls */
  #letGo(controls) {
    const { activeElement } = document;
    if (this.#pointed && activeElement instanceof HTMLElement && activeElement.matches(controls)) activeElement.blur();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    this.#pointed = false;
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.matches("textarea, input:not([type=checkbox]), select")) {
      if (event.key === "Escape") this.head.focus();
      return;
    }
    const onControl = target.closest("button, a, summary, input") !== null;
    if (onControl && (event.key === "Enter" || event.key === " ")) return;
    const code = event.code.startsWith("Digit") && event.shiftKey ? event.code.slice(5) : event.key.toLowerCase();
    const axis = this.work.axes[this.axis];
    const found = axis?.codes.find((each) => each.is_codable && each.key === code);
    const act = found ? () => this.choose(this.axis, found.id, event.shiftKey) : this.#keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @type {Record<string, () => void>} */
  #keys = {
    enter: () => this.goOn(),
    arrowdown: () => this.go(this.place + 1),
    j: () => this.go(this.place + 1),
    arrowup: () => this.go(this.place - 1),
    k: () => this.go(this.place - 1),
    arrowright: () => this.hold(this.axis + 1),
    arrowleft: () => this.hold(this.axis - 1),
    n: () => this.go(Math.max(0, this.work.nextUncoded(this.place))),
    " ": () => this.sound.toggle(),
    l: () => this.sound.toggleLoop(),
    v: () => this.sound.lead(),
    x: () => this.clear(),
    c: () => this.sure(this.axis),
    m: () => this.memo.focus(),
    "?": () => this.help(),
  };

  async help() {
    const lines = HELP.map((name) => h("li", {}, this.t(`coding.key_${name}`)));
    await ask(this.t("coding.keys"), h("ul", { class: "keys" }, ...lines), [{ value: "", label: this.t("form.close") }]);
  }

  async finish() {
    if (await agreed(this.t, this.t("coding.finish"), this.t("coding.finish_why"))) await this.acts.finish();
  }

  /** @param {string} state @param {number} count */
  saved(state, count) {
    say(this.state, this.t(`coding.${state}`, { count }));
    set(this.state, "data-state", state);
  }

  update() {
    const { work, turn, t } = this;
    say(this.count, t("coding.progress", { done: work.coded, all: work.mine.length }));
    this.bar.value = work.coded;
    this.finishing.hidden = work.isDone || work.coded < work.mine.length || !work.mine.length;
    this.list.update(turn);
    if (!turn) return say(this.head, t("coding.nothing"));
    const seconds = ((turn.end_ms - turn.start_ms) / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    const number = t("coding.turn", { number: this.place + 1, all: work.mine.length });
    say(this.head, `${number}: ${turn.pseudonym} · ${clock(turn.start_ms)} · ${t("recording.seconds", { seconds })}`);
    this.axes.update((axis) => work.cell(turn.id, axis), this.axis);
  }

  #panel() {
    const { t } = this;
    const button = (/** @type {string} */ name, /** @type {() => void} */ onclick) => h("button", { type: "button", class: "button quiet small", onclick }, t(name));
    return h(
      "section",
      { class: "card coder-panel", "aria-label": t("coding.title") },
      h("div", { class: "coder-count" }, this.bar, this.count, this.state),
      this.problem,
      this.head,
      this.sound.element,
      this.axes.element,
      h("div", { class: "field" }, h("label", { for: "memo" }, t("coding.memo")), this.memo),
      h("div", { class: "buttons coder-moves" }, button("coding.previous", () => this.go(this.place - 1)), button("coding.following", () => this.go(this.place + 1)), h("button", { type: "button", class: "button small", onclick: () => this.#keys.n() }, t("coding.next_uncoded")), button("coding.keys", () => this.help())),
      this.finishing,
    );
  }

  #writes() {
    clearTimeout(this.#memoTimer);
    this.#memoTimer = setTimeout(() => this.#keepMemo(), MEMO_MS);
  }

  #keepMemo() {
    clearTimeout(this.#memoTimer);
    const { work } = this;
    const turn = this.#noted;
    const body = this.memo.value.trim();
    if (!turn || work.isDone || body === (work.memos.get(turn.id) ?? "")) return;
    work.memos.set(turn.id, body);
    this.acts.note(turn.id, body);
  }
}
