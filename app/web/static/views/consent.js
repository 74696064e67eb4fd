// @ts-check
/** One's own decisions, purpose by purpose: yes and no are equally large and equally near. */

import { h, say, set } from "./dom.js";
import { KeptNote, Reach, sayKept } from "./withdrawal.js";

/** @typedef {import("../client/room.js").Purpose} Purpose */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {"granted" | "refused" | "withdrawn"} Decision */
/** Null when it is decided, or else why not, if there are words for it.
 * @typedef {(purpose: Purpose, decision: Decision, keeps_earlier: boolean) => Promise<string | null>} Decide */
/**
 * `undecided`: not answered under the text in use. A decision that stands beside was made under an
 * older text, and holds until the answer.
 * @typedef {object} Consents
 * @property {Purpose[]} purposes
 * @property {Partial<Record<Purpose, Decision>>} decisions
 * @property {boolean} asked_again some of them under an older text
 * @property {Purpose[]} undecided
 * @property {Purpose[]} kept withdrawn, and what was recorded before is kept
 * @property {number} seen the newest decision that is among these, by its number in the ledger
 */

export class ConsentRows {
  /** @type {Map<Purpose, {yes: HTMLInputElement, no: HTMLInputElement, earlier: HTMLElement, kept: KeptNote}>} */
  #choices = new Map();
  static #count = 0;

  /** @param {{consent: Consents}} data @param {Translate} t @param {Decide} decide
   * @param {Purpose[]} uncounted what was agreed to, and does not hold here until it is again */
  constructor(data, t, decide, uncounted = []) {
    this.consent = data.consent;
    this.uncounted = uncounted;
    this.t = t;
    this.decide = decide;
    this.prefix = `consent-${++ConsentRows.#count}`;
    this.asks = h("p", { class: "note" });
    this.reach = new Reach(t);
    this.status = h("p", { class: "status", role: "status" });
    this.element = h(
      "div",
      { class: "purposes" },
      this.asks,
      this.reach.element, // first, because an erasure cannot be taken back
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
    this.reach.update(this.consent);
    for (const [purpose, { yes, no, earlier, kept }] of this.#choices) {
      const decision = decisions[purpose];
      const unsure = this.uncounted.includes(purpose);
      const asked = unsure || undecided.includes(purpose);
      yes.checked = !asked && decision === "granted";
      no.checked = !asked && (decision === "refused" || decision === "withdrawn");
      const answer = this.t(decision === "granted" ? "consent.yes" : "consent.no");
      say(earlier, asked && decision ? this.t(unsure ? "withdrawal.uncounted_earlier" : "consent.earlier", { answer }) : "");
      set(earlier, "hidden", !earlier.textContent);
      kept.show(decision === "withdrawn" && this.consent.kept.includes(purpose));
    }
  }

  /** @param {Purpose} purpose */
  #row(purpose) {
    const name = `${this.prefix}-${purpose}`;
    const yes = this.#choice(name, purpose, true);
    const no = this.#choice(name, purpose, false);
    const earlier = h("p", { class: "earlier" });
    const kept = new KeptNote(purpose, this.t, () => this.#say(purpose, "withdrawn", false));
    this.#choices.set(purpose, { yes, no, earlier, kept });
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
      kept.element,
    );
  }

  /** @param {string} name @param {Purpose} purpose @param {boolean} granted */
  #choice(name, purpose, granted) {
    const onchange = () => this.#decide(purpose, granted);
    return h("input", { type: "radio", name, value: granted ? "yes" : "no", onchange });
  }

  /** @param {Purpose} purpose @param {boolean} granted */
  #decide(purpose, granted) {
    const before = this.consent.decisions[purpose];
    const decision = granted ? "granted" : before === "granted" ? "withdrawn" : "refused";
    return this.#say(purpose, decision, decision === "withdrawn" && this.reach.keeps);
  }

  /** @param {Purpose} purpose @param {Decision} decision @param {boolean} keeps_earlier */
  async #say(purpose, decision, keeps_earlier) {
    set(this.element, "aria-busy", "true");
    const trouble = await this.decide(purpose, decision, keeps_earlier);
    const decided = trouble === null;
    set(this.element, "aria-busy", null);
    if (decided) {
      this.consent.decisions[purpose] = decision;
      this.consent.undecided = this.consent.undecided.filter((each) => each !== purpose);
      this.uncounted = this.uncounted.filter((each) => each !== purpose);
      const others = this.consent.kept.filter((each) => each !== purpose);
      this.consent.kept = keeps_earlier ? [...others, purpose] : others;
    }
    this.update();
    this.status.classList.toggle("bad", !decided);
    if (decided && keeps_earlier) return sayKept(this.status, this.t, purpose);
    const what = { purpose: this.t(`consent.${purpose}`) };
    say(this.status, decided ? this.t(`consent.now_${decision}`, what) : trouble || this.t("consent.failed", what));
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
