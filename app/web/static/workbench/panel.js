// @ts-check
/** Around the lanes: the controls above, the selected turn below, and how saving goes. */

import { h, icon, say, set, showIcon } from "../views/dom.js";
import { act, showKeys } from "./keys.js";
import { aboutTurn, fine } from "./words.js";

/** @typedef {import("./actions.js").Actions} Actions */
/** @typedef {import("../workbench.js").Person} Person */
/** @typedef {import("../client/languages.js").Translate} Translate */

/** What can be done to the selected turn, in the order of its buttons. */
const TO_TURN = ["accept", "split", "merge", "mark", "technical", "laughter", "remove", "loop", "alone"];
const WAYS = ["previous", "next"];
const EDGES = ["start_earlier", "start_later", "end_earlier", "end_later"];

export class Panel {
  /** Of whose turn the field of speakers tells. A turn never changes, so what is chosen there stays until it is given. */
  #shown = "";
  /** By keys through names, each of which the closed field takes for a change. */
  #walks = false;

  /** @param {Actions} actions @param {Person[]} people @param {Translate} t */
  constructor(actions, people, t) {
    this.actions = actions;
    this.people = people;
    this.t = t;
    this.face = icon("play");
    this.now = h("span", { class: "clock" });
    this.speed = h("span", { class: "bench-speed" });
    this.left = h("span", { class: "tag" });
    this.dismissed = h("button", { type: "button", class: "button quiet small", id: "bench-dismissed", onclick: () => this.#bring_back() });
    this.saved = h("span", { class: "bench-saved", role: "status" });
    this.words = h("p", { id: "bench-now", class: "bench-turn", "aria-live": "polite" });
    this.notice = h("p", { class: "status bench-notice", role: "status" });
    this.person = h("select", { id: "bench-person", onpointerdown: () => (this.#walks = false), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), onchange: () => this.#walks || this.#chosen(), onblur: () => this.#chosen() }, ...people.filter(({ may_speak }) => may_speak).map(({ id, name }) => h("option", { value: id }, name)));
    this.top = this.#top();
    this.bottom = this.#bottom();
    this.toTurn = [...this.bottom.querySelectorAll("[data-act], select")].filter((each) => !WAYS.includes(each.getAttribute("data-act") ?? ""));
  }

  /** @param {import("./queue.js").Queue} queue */
  update(queue) {
    const { actions, people, t } = this;
    const { sound, bench, turn } = actions;
    showIcon(this.face, sound.playback.playing ? "pause" : "play");
    say(this.speed, `${sound.playback.rate.toLocaleString(document.documentElement.lang)} ×`);
    const open = bench.order.filter(({ state }) => state === "proposed").length;
    say(this.left, t("workbench.left", { open, all: bench.order.length }));
    set(this.dismissed, "hidden", !bench.heard.dismissed);
    say(this.dismissed, t("workbench.dismissed", { count: bench.heard.dismissed }));
    say(this.words, turn ? aboutTurn(turn, people, t) : t("workbench.none_selected"));
    if (turn && turn.id !== this.#shown) this.#show(turn);
    for (const element of this.toTurn) set(element, "disabled", !turn);
    this.#press("loop", Boolean(sound.loop));
    this.#press("alone", Boolean(turn && sound.playback.solo.has(turn.user_id)));
    this.#press("mark", Boolean(turn?.is_backchannel));
    for (const talk of ["technical", "laughter"]) this.#press(talk, turn?.talk === talk);
    const state = queue.kept || !queue.edits.length ? queue.state : "not_kept";
    say(this.saved, t(`workbench.${state}`, { count: queue.edits.length }));
    set(this.saved, "data-state", state);
    this.tick();
  }

  tick() {
    say(this.now, fine(this.actions.sound.position_ms));
  }

  /** @param {string} text */
  tell(text) {
    say(this.notice, text);
  }

  /** @param {import("./operations.js").Turn} turn */
  #show({ id, user_id }) {
    this.#shown = id;
    this.person.value = user_id;
  }

  /** Enter gives it, Escape takes it back; Space, F4 and Alt open the menu, and what is chosen in that is given at once.
   * @param {KeyboardEvent} event */
  #key({ key, altKey }) {
    const { turn } = this.actions;
    this.#walks = ![" ", "F4"].includes(key) && !altKey;
    if (key === "Enter") this.#chosen();
    if (key === "Escape" && turn) this.#show(turn);
  }

  #chosen() {
    const { turn } = this.actions;
    if (!turn || turn.id !== this.#shown || this.person.value === turn.user_id) return;
    this.actions.assign(this.person.value);
    if (this.actions.turn === turn) this.#show(turn); // could not be given
  }

  /** @param {string} name @param {boolean} on */
  #press(name, on) {
    const button = this.bottom.querySelector(`[data-act=${name}]`);
    if (button) set(button, "aria-pressed", String(on));
  }

  #top() {
    const { t } = this;
    return h(
      "div",
      { class: "bench-controls" },
      h("button", { type: "button", class: "button small", "aria-label": t("workbench.key_play"), onclick: this.#doing("play") }, this.face),
      this.now,
      h("span", { class: "bench-group" }, this.#small("slower", "−"), this.speed, this.#small("faster", "+")),
      h("span", { class: "bench-group" }, this.#small("further", "⊖"), this.#small("closer", "⊕")),
      h("span", { class: "bench-group" }, this.#button("undo"), this.#button("redo"), this.#button("unaccepted"), this.#button("create")),
      this.left,
      this.dismissed,
      this.saved,
      h("button", { type: "button", class: "button quiet small", onclick: () => showKeys(t).then(() => this.actions.lanes.field.focus()) }, t("workbench.keys")),
    );
  }

  #bottom() {
    const { t } = this;
    return h(
      "div",
      { class: "card bench-panel" },
      this.words,
      h("div", { class: "bench-acts" }, ...[...WAYS, ...TO_TURN].map((name) => this.#button(name))),
      h("div", { class: "bench-acts" }, ...EDGES.map((name) => this.#button(name))),
      h("div", { class: "field bench-person" }, h("label", { for: "bench-person" }, t("workbench.speaker")), this.person),
      this.notice,
    );
  }

  /** The button hides then: the keys go on where they work. */
  #bring_back() {
    this.actions.bring_back();
    this.actions.lanes.field.focus({ preventScroll: true });
  }

  /** @param {string} name */
  #button(name) {
    return h("button", { type: "button", class: "button quiet small", "data-act": name, onclick: this.#doing(name) }, this.t(`workbench.key_${name}`));
  }

  /** @param {string} name @param {string} sign */
  #small(name, sign) {
    return h("button", { type: "button", class: "button quiet small", "aria-label": this.t(`workbench.key_${name}`), onclick: this.#doing(name) }, sign);
  }

  /** After a click the keys work again; who uses the keyboard on a button stays on it. @param {string} name */
  #doing(name) {
    return (/** @type {MouseEvent} */ event) => {
      act(this.actions, name);
      if (event.detail) this.actions.lanes.field.focus({ preventScroll: true });
    };
  }
}
