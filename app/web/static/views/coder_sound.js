// @ts-check
/** The sound of the turn in hand: once, over and over, from before it, faster and slower. */

import { h, icon, say, set, showIcon } from "./dom.js";
import { Passage } from "./passage.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../client/work.js").Turn} Turn */

const LEAD_MS = 3000;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

export class CoderSound {
  /** @param {string | null} source @param {Translate} t @param {() => Promise<unknown>} renew @param {() => Turn | undefined} turn in hand */
  constructor(source, t, renew, turn) {
    this.t = t;
    this.turn = turn;
    this.isThere = source !== null;
    this.audio = h("audio", { src: source ?? "", preload: "metadata" });
    this.passage = new Passage(this.audio, () => this.update(), renew);
    this.face = icon("play");
    this.auto = h("input", { type: "checkbox", id: "auto", checked: this.isThere });
    this.loop = h("button", { type: "button", class: "button quiet small", "aria-pressed": "false", onclick: () => this.toggleLoop() }, t("coding.loop"));
    this.problem = h("p", { class: "status bad", role: "alert" });
    this.element = this.isThere ? h("div", {}, this.#controls(), this.problem, this.audio) : h("p", { class: "hint" }, t("coding.no_sound"));
  }

  play(lead_ms = 0) {
    const turn = this.turn();
    if (this.isThere && turn) this.passage.play(turn.start_ms, turn.end_ms, lead_ms);
  }

  toggle() {
    if (this.passage.playing) this.passage.stop();
    else this.play();
  }

  lead() {
    this.play(LEAD_MS);
  }

  toggleLoop() {
    this.passage.loops = !this.passage.loops;
    this.update();
  }

  /** Another turn is in hand. @param {boolean} plays unless the coder wants silence */
  follow(plays) {
    if (plays && this.auto.checked) this.play();
    else if (this.passage.playing) this.passage.stop();
  }

  update() {
    showIcon(this.face, this.passage.playing ? "pause" : "play");
    set(this.loop, "aria-pressed", String(this.passage.loops));
    say(this.problem, this.passage.failed ? this.t("coding.sound_failed") : "");
  }

  #controls() {
    const { t } = this;
    const mark = document.documentElement.lang;
    const options = RATES.map((each) => h("option", { value: each, selected: each === 1 }, `${each.toLocaleString(mark)} ×`));
    const rate = h("select", { id: "rate", onchange: () => this.#speed(Number(rate.value)) }, ...options);
    const play = h("button", { type: "button", class: "button small", onclick: () => this.toggle() }, this.face, t("recording.play"));
    return h("div", { class: "coder-sound" }, play, this.loop, h("label", { class: "unseen", for: "rate" }, t("recording.speed")), rate, h("label", { class: "check", for: "auto" }, this.auto, t("coding.auto")));
  }

  /** Also of a sound that is loaded anew. @param {number} rate */
  #speed(rate) {
    this.audio.playbackRate = this.audio.defaultPlaybackRate = rate;
  }
}
