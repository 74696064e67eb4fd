// @ts-check
/** Before the room: who I am, how I look and sound, what I have consented to; then waiting. */

import { DeviceError } from "../client/devices.js";
import { ConsentRows, consentText } from "./consent.js";
import { DevicePicker } from "./device_picker.js";
import { attach, h, icon, initials, say, set, showIcon } from "./dom.js";
import { moment } from "./times.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../meeting.js").PageData} PageData */

export class Lobby {
  /**
   * @param {Meeting} meeting @param {PageData} data @param {Translate} t
   * @param {{join: () => void, leave: () => void, decide: import("./consent.js").Decide}} actions
   */
  constructor(meeting, data, t, actions) {
    this.meeting = meeting;
    this.data = data;
    this.t = t;
    this.trouble = h("p", { class: "status bad", role: "alert", hidden: true });
    this.picker = new DevicePicker(meeting.capture, t, (reason) => this.#failed(reason));
    this.microphone = this.#toggle("microphone", "mic", () => this.#turn("microphone"));
    this.camera = this.#toggle("camera", "camera", () => this.#turn("camera"));
    this.video = h("video", { playsinline: true, autoplay: true, muted: true, "aria-label": t("room.self_view") });
    this.video.muted = true;
    this.rows = new ConsentRows(data, t, actions.decide);
    this.join = h("button", { type: "button", class: "button", "data-action": "join", onclick: actions.join });
    this.leave = h("button", { type: "button", class: "button quiet", "data-action": "leave-lobby", onclick: actions.leave }, t("room.leave"));
    this.status = h("p", { class: "status", role: "status" });
    this.element = this.#build();
  }

  #build() {
    const { data, t } = this;
    return h(
      "div",
      { class: "lobby" },
      h(
        "header",
        {},
        h("a", { class: "name", href: `/groups/${data.group.id}` }, icon("back"), data.group.name),
      ),
      h(
        "div",
        { class: "lobby-look" },
        h("div", { class: "lobby-picture hue-1" }, h("span", { class: "tile-avatar", "aria-hidden": "true" }, initials(data.me.name)), this.video, h("div", { class: "lobby-toggles" }, this.microphone.button, this.camera.button)),
        this.trouble,
        this.picker.element,
        h("p", { class: "hint lobby-test" }, h("a", { href: "/connection-test" }, t("trial.trouble"))),
      ),
      h(
        "div",
        { class: "lobby-words" },
        h("div", { class: "lobby-title" }, h("p", { class: "eyebrow" }, moment(data.meeting.starts_at, data.language)), h("h1", {}, data.meeting.title), h("p", { class: "hint" }, t("room.you_are", { name: data.me.name }))),
        this.status,
        h("div", { class: "buttons" }, this.join, this.leave),
        h("section", { class: "lobby-consent" }, h("h2", {}, t("consent.mine")), h("p", { class: "hint" }, t("consent.not_needed")), consentText(t), this.rows.element),
      ),
    );
  }

  /** Asks for both at once by turn; one refusal does not hide the other device. */
  async prepare() {
    for (const source of /** @type {const} */ (["microphone", "camera"])) {
      await this.#turn(source);
    }
    await this.picker.refresh();
  }

  update() {
    const { t, meeting } = this;
    const waiting = meeting.room.stage === "waiting";
    const joining = meeting.room.stage === "joining" && this.joining;
    attach(this.video, meeting.capture.track("camera"));
    set(this.video, "hidden", !meeting.capture.isOn("camera"));
    this.#showToggle(this.microphone, meeting.capture.isOn("microphone"), "mic", "mute", "unmute");
    this.#showToggle(this.camera, meeting.capture.isOn("camera"), "camera", "camera_stop", "camera_start");
    this.picker.listen();
    set(this.join, "hidden", waiting);
    set(this.leave, "hidden", !waiting);
    set(this.join, "aria-busy", joining ? "true" : null);
    say(this.join, t(joining ? "room.joining" : "room.join"));
    const lost = meeting.connection_state === "reconnecting";
    const expected = meeting.room.facilitatorPresent ? "room.waiting" : "room.waiting_for_facilitator";
    say(this.status, waiting ? t(lost ? "room.reconnecting" : expected) : "");
    this.element.classList.toggle("waiting", waiting);
  }

  joining = false;

  close() {
    this.picker.close();
    this.video.srcObject = null;
    this.element.remove();
  }

  /** @param {"microphone" | "camera"} source */
  async #turn(source) {
    const { capture } = this.meeting;
    const on = !capture.isOn(source);
    try {
      await (source === "microphone" ? capture.turnMicrophone(on) : capture.turnCamera(on));
      set(this.trouble, "hidden", true);
      this.picker.refresh();
    } catch (reason) {
      this.#failed(reason);
    }
    this.update();
  }

  /** @param {unknown} reason */
  #failed(reason) {
    if (!(reason instanceof DeviceError)) throw reason;
    say(this.trouble, deviceTrouble(reason, this.t));
    set(this.trouble, "hidden", false);
  }

  /** @param {string} action @param {string} symbol @param {() => void} act */
  #toggle(action, symbol, act) {
    const face = icon(symbol);
    const words = h("span", { class: "unseen" });
    const button = h("button", { type: "button", class: "round", "data-action": action, onclick: act }, face, words);
    return { button, face, words };
  }

  /**
   * @param {{button: HTMLButtonElement, face: SVGElement, words: HTMLElement}} toggle
   * @param {boolean} on @param {string} symbol @param {string} stop @param {string} start
   */
  #showToggle({ button, face, words }, on, symbol, stop, start) {
    showIcon(face, on ? symbol : `${symbol}-off`);
    button.classList.toggle("off", !on);
    say(words, this.t(`room.${on ? stop : start}`));
    set(button, "title", words.textContent);
  }
}

/** @param {DeviceError} reason @param {Translate} t */
export function deviceTrouble({ source, trouble }, t) {
  if (source === "screen") return t("device.screen_failed");
  return t(`device.${source}_${trouble}`);
}
