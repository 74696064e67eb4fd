// @ts-check
/** Which camera, which microphone, and how loud it hears. Used in the lobby and in the room. */

import { listDevices, onDevicesChanged } from "../client/devices.js";
import { LevelMeter } from "../client/level.js";
import { h, set } from "./dom.js";

/** @typedef {import("../client/capture.js").Capture} Capture */
/** @typedef {import("../client/languages.js").Translate} Translate */

export class DevicePicker {
  /** @type {LevelMeter | null} */
  #meter = null;
  /** @type {MediaStreamTrack | null} */
  #heard = null;
  #frame = 0;

  /** @param {Capture} capture @param {Translate} t @param {(reason: unknown) => void} failed */
  constructor(capture, t, failed) {
    this.capture = capture;
    this.t = t;
    this.failed = failed;
    this.microphones = this.#select("microphone", "device-microphone");
    this.cameras = this.#select("camera", "device-camera");
    this.level = h("div", { class: "level-bar" });
    this.element = h(
      "div",
      { class: "devices" },
      field(t("room.microphone"), this.microphones),
      h("div", { class: "level", role: "img", "aria-label": t("room.level") }, this.level),
      field(t("room.camera"), this.cameras),
    );
    this.stopListening = onDevicesChanged(() => this.refresh());
  }

  /** Reads the devices anew; their names are known only after permission. */
  async refresh() {
    const { cameras, microphones } = await listDevices();
    this.#fill(this.microphones, microphones, "microphone");
    this.#fill(this.cameras, cameras, "camera");
    this.listen();
  }

  /** Moves the meter to the present microphone. */
  listen() {
    const track = this.capture.track("microphone");
    if (track === this.#heard) return;
    this.#stopMeter();
    this.#heard = track;
    if (!track) return;
    this.#meter = new LevelMeter(track);
    this.#draw();
  }

  close() {
    this.stopListening();
    this.#stopMeter();
  }

  #draw() {
    const meter = this.#meter;
    if (!meter) return;
    meter.resume();
    this.level.style.setProperty("--level", meter.level.toFixed(3));
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #stopMeter() {
    cancelAnimationFrame(this.#frame);
    this.level.style.setProperty("--level", "0");
    this.#meter?.close();
    this.#meter = this.#heard = null;
  }

  /** @param {"microphone" | "camera"} source @param {string} id */
  #select(source, id) {
    const select = h("select", { id });
    select.addEventListener("change", () => {
      this.capture.choose(source, select.value).then(() => this.listen(), this.failed);
    });
    return select;
  }

  /** @param {HTMLSelectElement} select @param {MediaDeviceInfo[]} devices @param {"microphone" | "camera"} source */
  #fill(select, devices, source) {
    const current = this.capture.track(source)?.getSettings().deviceId;
    const options = devices.map((device, index) => {
      const name = device.label || this.t(`room.${source}_number`, { number: index + 1 });
      return h("option", { value: device.deviceId, selected: device.deviceId === current }, name);
    });
    select.replaceChildren(...(options.length ? options : [h("option", { value: "" }, this.t("room.no_device"))]));
    set(select, "disabled", options.length === 0);
  }
}

/** @param {string} label @param {HTMLSelectElement} select */
function field(label, select) {
  return h("div", { class: "field" }, h("label", { for: select.id }, label), select);
}
