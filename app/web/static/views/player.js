// @ts-check
/** The people as they were recorded, the controls, the time line and the list of turns. */

import { clock, h, icon, initials, say, set, showIcon } from "./dom.js";
import { Playback } from "./playback.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("../recording.js").Person} Person */
/** @typedef {import("../recording.js").Turn} Turn */
/** @typedef {import("../client/languages.js").Translate} Translate */

const RATES = [0.75, 1, 1.25, 1.5, 2];

export class Player {
  /** @type {{turn: Turn, item: HTMLElement}[]} */
  #items = [];

  /** @param {Person[]} people @param {number} duration_ms @param {Translate} t @param {() => Promise<unknown>} renew */
  constructor(people, duration_ms, t, renew) {
    this.t = t;
    const seats = people.map((person) => this.#seat(person));
    this.playback = new Playback(seats.flatMap((seat) => seat.parts), duration_ms, () => this.update(), renew);
    this.playback.hush();
    this.seats = seats;
    this.face = icon("play");
    this.words = h("span", {});
    this.problem = h("p", { class: "status bad", role: "alert" });
    this.names = new Map(people.map(({ id, name }) => [id, name]));
    this.now = h("span", { class: "clock" });
    this.timeline = new Timeline(people, this.playback, t);
    this.element = h(
      "div",
      { class: "player" },
      h("ul", { class: "seats", "aria-label": t("recording.people") }, ...seats.map((seat) => seat.element)),
      this.problem,
      this.#controls(duration_ms),
      this.timeline.element,
      this.#legend(),
      this.#turns(people),
    );
    this.update();
    this.#draw();
  }

  update() {
    const { playback, t } = this;
    showIcon(this.face, playback.playing ? "pause" : "play");
    say(this.words, t(playback.waiting ? "recording.loading" : playback.playing ? "recording.pause" : "recording.play"));
    const missing = [...playback.missing].map((person) => this.names.get(person)).join(", ");
    say(this.problem, missing && t("recording.missing_sound", { names: missing }));
    for (const seat of this.seats) seat.update();
    this.#follow();
  }

  #draw() {
    if (this.playback.playing) this.#follow();
    requestAnimationFrame(() => this.#draw());
  }

  #follow() {
    const { position_ms } = this.playback;
    say(this.now, clock(position_ms));
    this.timeline.update();
    for (const { turn, item } of this.#items) {
      const current = turn.start_ms <= position_ms && position_ms < turn.end_ms;
      set(item, "aria-current", current ? "true" : null);
    }
    for (const { person, element, parts } of this.seats) {
      this.#showOne(parts);
      const speaks = person.turns.some((turn) => turn.start_ms <= position_ms && position_ms < turn.end_ms);
      element.classList.toggle("speaking", speaks);
    }
  }

  /** @param {Person} person */
  #seat(person) {
    const { t } = this;
    const elements = person.files.map((file) => {
      const tag = file.has_picture ? "video" : "audio";
      return h(tag, { src: file.url, preload: "metadata", playsinline: true });
    });
    const parts = person.files.map((file, index) => ({
      element: elements[index],
      start_ms: file.start_ms,
      end_ms: file.start_ms + file.duration_ms,
      person: person.id,
    }));
    const mute = this.#toggle("muted", person, t("recording.mute"));
    const solo = this.#toggle("solo", person, t("recording.solo"));
    const element = h(
      "li",
      { class: `seat hue-${person.hue}`, "data-person": person.id },
      h("span", { class: "seat-picture" }, h("span", { class: "tile-avatar", "aria-hidden": "true" }, initials(person.name)), ...elements),
      h("span", { class: "seat-words" }, h("b", {}, person.name), ...(person.id ? [h("span", { class: "detail" }, t("recording.share", { percent: person.share, count: person.turns.filter((turn) => !turn.is_backchannel).length }))] : [])),
      h("span", { class: "seat-acts" }, mute, solo),
    );
    const update = () => {
      this.#showOne(parts);
      set(mute, "aria-pressed", String(this.playback.muted.has(person.id)));
      set(solo, "aria-pressed", String(this.playback.solo.has(person.id)));
    };
    return { person, element, parts, update };
  }

  /** Of several pictures of a person (a shared screen, another device later) the last one that is
   * on covers the others; those that are not on show nothing.
   * @param {import("./playback.js").Part[]} parts */
  #showOne(parts) {
    if (parts.length < 2 || !this.playback) return;
    const now = this.playback.position_ms;
    for (const { element, start_ms, end_ms } of parts) {
      element.classList.toggle("off", now < start_ms || end_ms <= now);
    }
  }

  /** @param {"muted" | "solo"} which @param {Person} person @param {string} label */
  #toggle(which, person, label) {
    const onclick = () => this.playback.toggle(which, person.id);
    const name = `${label}: ${person.name}`;
    return h("button", { type: "button", class: "button quiet small", "aria-label": name, "aria-pressed": "false", onclick }, label);
  }

  /** @param {number} duration_ms */
  #controls(duration_ms) {
    const { t } = this;
    const toggle = () => (this.playback.playing ? this.playback.pause() : this.playback.play());
    const rates = RATES.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate.toLocaleString(document.documentElement.lang)} ×`));
    const speed = h("select", { id: "speed", onchange: (/** @type {Event} */ event) => this.playback.setRate(Number(/** @type {HTMLSelectElement} */ (event.target).value)) }, ...rates);
    return h(
      "div",
      { class: "controls" },
      h("button", { type: "button", class: "button", "data-action": "play", onclick: toggle }, this.face, this.words),
      h("span", { class: "clocks" }, this.now, " / ", clock(duration_ms)),
      h("span", { class: "speed" }, h("label", { for: "speed" }, t("recording.speed")), speed),
    );
  }

  #legend() {
    const { t } = this;
    return h("p", { class: "legend hint" }, h("span", { class: "bar" }), t("recording.turn"), h("span", { class: "bar backchannel" }), t("recording.backchannel"), h("span", {}, t("recording.keys")));
  }

  /** @param {Person[]} people */
  #turns(people) {
    const all = people.flatMap((person) => person.turns.map((turn) => ({ person, turn })));
    all.sort((a, b) => a.turn.start_ms - b.turn.start_ms);
    this.#items = all.map(({ person, turn }) => ({ turn, item: this.#turn(person, turn) }));
    const list = h("ol", { class: "turns" }, ...this.#items.map(({ item }) => item));
    const hide = h("input", { type: "checkbox", id: "hide-short", onchange: () => list.classList.toggle("long-only", hide.checked) });
    const none = h("p", { class: "empty" }, this.t("recording.no_turns"));
    return h("section", { class: "card" }, h("h2", {}, this.t("recording.turns")), all.length ? h("p", { class: "check" }, hide, h("label", { for: "hide-short" }, this.t("recording.hide_backchannels"))) : none, list);
  }

  /** @param {Person} person @param {Turn} turn */
  #turn(person, { start_ms, end_ms, is_backchannel }) {
    const seconds = ((end_ms - start_ms) / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    const button = h("button", { type: "button", onclick: () => this.playback.seek(start_ms) }, h("span", { class: "turn-time" }, clock(start_ms)), h("span", { class: "turn-mark" }), h("b", {}, person.name), h("span", { class: "detail" }, this.t(is_backchannel ? "recording.seconds_backchannel" : "recording.seconds", { seconds })));
    return h("li", { class: `hue-${person.hue}${is_backchannel ? " backchannel" : ""}` }, button);
  }
}
