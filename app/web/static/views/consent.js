// @ts-check
/** One's own decisions, purpose by purpose: yes and no are equally large and equally near. */

import { h, say, set } from "./dom.js";

/** @typedef {import("../client/room.js").Purpose} Purpose */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {"granted" | "refused" | "withdrawn"} Decision */
/** @typedef {(purpose: Purpose, decision: Decision) => Promise<boolean>} Decide */
/**
 * `undecided`: not answered under the text in use. A decision that stands beside was made under an
 * older text, and holds until the answer.
 * @typedef {object} Consents
 * @property {Purpose[]} purposes
 * @property {Partial<Record<Purpose, Decision>>} decisions
 * @property {boolean} asked_again some of them under an older text
 * @property {Purpose[]} undecided
 */

export class ConsentRows {
  /** @type {Map<Purpose, {yes: HTMLInputElement, no: HTMLInputElement, earlier: HTMLElement}>} */
  #choices = new Map();
  static #count = 0;

  /** @param {{consent: Consents}} data @param {Translate} t @param {Decide} decide */
  constructor(data, t, decide) {
    this.consent = data.consent;
    this.t = t;
    this.decide = decide;
    this.prefix = `consent-${++ConsentRows.#count}`;
    this.asks = h("p", { class: "note" });
    this.status = h("p", { class: "status", role: "status" });
    this.element = h(
      "div",
      { class: "purposes" },
      this.asks,
      ...data.consent.purposes.map((purpose) => this.#row(purpose)),
      this.status,
    );
    this.update();
  }

  /** Shows what stands; nothing is ticked for what was not answered under this text. */
  update() {
    const { undecided, decisions } = this.consent;
    say(this.asks, undecided.length ? this.t(this.consent.asked_again ? "consent.asked_again" : "consent.asked_first") : "");
    set(this.asks, "hidden", undecided.length === 0);
    for (const [purpose, { yes, no, earlier }] of this.#choices) {
      const decision = decisions[purpose];
      const asked = undecided.includes(purpose);
      yes.checked = !asked && decision === "granted";
      no.checked = !asked && (decision === "refused" || decision === "withdrawn");
      const answer = this.t(decision === "granted" ? "consent.yes" : "consent.no");
      say(earlier, asked && decision ? this.t("consent.earlier", { answer }) : "");
      set(earlier, "hidden", !earlier.textContent);
    }
  }

  /** @param {Purpose} purpose */
  #row(purpose) {
    const name = `${this.prefix}-${purpose}`;
    const yes = this.#choice(name, purpose, true);
    const no = this.#choice(name, purpose, false);
    const earlier = h("p", { class: "earlier" });
    this.#choices.set(purpose, { yes, no, earlier });
    return h(
      "fieldset",
      { class: "purpose", "data-purpose": purpose },
      h("legend", {}, this.t(`consent.${purpose}`)),
      h("p", {}, this.t(`consent.${purpose}_why`)),
      h("p", { class: "keeps" }, this.t(`consent.${purpose}_keeps`)),
      earlier,
      h(
        "div",
        { class: "yes-no" },
        h("label", {}, yes, h("span", {}, this.t("consent.yes"))),
        h("label", {}, no, h("span", {}, this.t("consent.no"))),
      ),
    );
  }

  /** @param {string} name @param {Purpose} purpose @param {boolean} granted */
  #choice(name, purpose, granted) {
    const onchange = () => this.#decide(purpose, granted);
    return h("input", { type: "radio", name, value: granted ? "yes" : "no", onchange });
  }

  /** @param {Purpose} purpose @param {boolean} granted */
  async #decide(purpose, granted) {
    const before = this.consent.decisions[purpose];
    const decision = granted ? "granted" : before === "granted" ? "withdrawn" : "refused";
    set(this.element, "aria-busy", "true");
    const decided = await this.decide(purpose, decision);
    set(this.element, "aria-busy", null);
    if (decided) {
      this.consent.decisions[purpose] = decision;
      this.consent.undecided = this.consent.undecided.filter((each) => each !== purpose);
    }
    this.update();
    this.status.classList.toggle("bad", !decided);
    const what = this.t(`consent.${purpose}`);
    say(this.status, this.t(decided ? `consent.now_${decision}` : "consent.failed", { purpose: what }));
  }
}

/** The whole text, folded: the page carries it, so that it can be read in the lobby and the room.
 * @param {Translate} t */
export function consentText(t) {
  const carried = document.getElementById("consent-text");
  if (!(carried instanceof HTMLTemplateElement)) return null;
  const text = h("div", { class: "document" });
  text.append(carried.content.cloneNode(true));
  return h("details", {}, h("summary", {}, t("consent.read_text")), text);
}
