// @ts-check
/** Off the record: what everyone sees while nobody is recorded, and how all agree to go on. */

import { h, icon, say, set } from "./dom.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */

export class OffRecordBanner {
  /** @param {Meeting} meeting @param {Translate} t */
  constructor(meeting, t) {
    this.meeting = meeting;
    this.t = t;
    this.words = h("span");
    this.agree = h("button", { type: "button", class: "button small", "data-action": "agree", onclick: () => this.#agree() });
    this.stay = h("button", { type: "button", class: "button quiet small", "data-action": "stay", onclick: () => this.#go() }, t("off_record.stay"));
    const news = h("span", { role: "status" }, this.words);
    const buttons = h("span", { class: "buttons" }, this.agree, this.stay);
    this.element = h("div", { class: "banner off" }, icon("off-record"), news, buttons);
    this.update();
  }

  update() {
    const { t } = this;
    const { since, agreed, present, mine, taken_over } = this.meeting.room.off_record;
    const off = since !== null;
    const waits = this.meeting.offRecordAsked && this.meeting.connection_state === "reconnecting";
    // That it is on or off the record, a screen reader hears from the strip, which is always there.
    set(this.element, "hidden", !off && !waits);
    set(this.agree, "hidden", !off || mine);
    set(this.stay, "hidden", !off || agreed === 0);
    if (!off) return say(this.words, waits ? t("off_record.waits") : "");
    const why = t(taken_over ? "off_record.taken_over" : "off_record.is_off");
    say(this.words, agreed === 0 ? why : t("off_record.agreed", { agreed, present }));
    say(this.agree, agreed === 0 ? t("off_record.propose") : t("off_record.agree"));
  }

  /** The button of the toolbar: one tap to go off the record; off it, to where one may agree. */
  press() {
    if (this.meeting.room.off_record.since === null) return this.#go();
    (this.agree.hidden ? this.stay : this.agree).focus();
  }

  #go() {
    this.meeting.goOffRecord();
  }

  #agree() {
    this.meeting.command({ type: "agree_to_record" });
  }
}
