// @ts-check
/** Whose connection works badly now, in plain words: one's own, and to those who lead or observe
 * everybody's. */

import { h, say } from "./dom.js";

/** @typedef {import("../client/room.js").Room} Room */
/** @typedef {import("../client/messages.d.ts").TroubleState} TroubleState */
/** @typedef {import("../client/languages.js").Translate} Translate */

/** More would cover the faces. */
const MOST_LINES = 3;
/** Of each person one line: a cause before what follows from it. @type {TroubleState["trouble"][]} */
const ORDER = ["sends_lossy", "receives_lossy", "line_slow", "answers_late", "pictures_halt"];

export class Troubles {
  /** What is shown, by whose it is and which. @type {Map<string, HTMLElement>} */
  #lines = new Map();

  /** @param {Translate} t */
  constructor(t) {
    this.t = t;
    this.element = h("div", { class: "troubles", "aria-live": "polite" });
    this.rest = h("p", { class: "banner trouble" });
  }

  /** Only what is new is written, so that a screen reader reads only news. @param {Room} room */
  update(room) {
    const rank = (/** @type {TroubleState} */ { participant, trouble }) =>
      (participant === room.me ? 0 : ORDER.length) + ORDER.indexOf(trouble);
    const known = room.troubles.filter(({ participant }) => room.participants.has(participant));
    known.sort((one, other) => rank(one) - rank(other));
    const first = known.filter((each, at) => known.findIndex((one) => one.participant === each.participant) === at);
    const shown = new Map(first.slice(0, MOST_LINES).map((each) => [`${each.participant} ${each.trouble}`, each]));
    for (const [key, line] of this.#lines) {
      if (shown.has(key)) continue;
      line.remove();
      this.#lines.delete(key);
    }
    for (const [key, trouble] of shown) {
      const line = this.#lines.get(key) ?? this.#add(key, trouble);
      say(line, this.#words(room, trouble));
    }
    const more = first.length - shown.size;
    if (!more) return this.rest.remove();
    say(this.rest, this.t("trouble.more", { count: more }));
    if (this.element.lastElementChild !== this.rest) this.element.append(this.rest);
  }

  /** @param {string} key @param {TroubleState} trouble */
  #add(key, { participant, trouble }) {
    const line = h("p", { class: "banner trouble", "data-participant": participant, "data-trouble": trouble });
    this.#lines.set(key, line);
    this.element.append(line);
    return line;
  }

  /** @param {Room} room @param {TroubleState} state */
  #words(room, { participant, trouble, amount }) {
    const values = { amount: amount ?? "", name: room.participants.get(participant)?.name ?? "" };
    return participant === room.me ? this.t(`trouble.own_${trouble}`, values) : this.t(`trouble.${trouble}`, values);
  }
}
