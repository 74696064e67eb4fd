// @ts-check
/**
 * What this person sends: microphone, camera, screen, each on or off.
 *
 * A muted microphone keeps its track, silent, so that unmuting is instant. A camera that is off
 * has no track at all: its light goes out.
 */

import { DeviceError, openCamera, openMicrophone, openScreen } from "./devices.js";

/** @typedef {import("./room.js").Source} Source */
/** @typedef {{track: MediaStreamTrack | null, on: boolean, device: string | null}} Own */

export class Capture {
  /** @type {Record<Source, Own>} */
  sources = {
    microphone: { track: null, on: false, device: null },
    camera: { track: null, on: false, device: null },
    screen: { track: null, on: false, device: null },
  };

  /** @param {(source: Source) => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** @param {Source} source */
  track(source) {
    return this.sources[source].track;
  }

  /** @param {Source} source */
  isOn(source) {
    return this.sources[source].on;
  }

  /**
   * Rejects with a `DeviceError`; the source is then off.
   * @param {boolean} on
   */
  async turnMicrophone(on) {
    const own = this.sources.microphone;
    if (on && !own.track) await this.#take("microphone", await openMicrophone(own.device));
    own.on = on;
    if (own.track) own.track.enabled = on;
    this.changed("microphone");
  }

  /** @param {boolean} on */
  async turnCamera(on) {
    const own = this.sources.camera;
    if (on && !own.track) await this.#take("camera", await openCamera(own.device));
    if (!on) this.#release("camera");
    own.on = on;
    this.changed("camera");
  }

  /** @param {boolean} on */
  async turnScreen(on) {
    const own = this.sources.screen;
    if (on) {
      const track = await openScreen();
      if (!track) return;
      await this.#take("screen", track);
    } else {
      this.#release("screen");
    }
    own.on = on;
    this.changed("screen");
  }

  /**
   * Changes to another device, keeping on or off as it is.
   * @param {"microphone" | "camera"} source @param {string} device
   */
  async choose(source, device) {
    const own = this.sources[source];
    own.device = device;
    if (!own.track) return;
    this.#release(source); // some phones cannot open two cameras at once
    const track = await (source === "camera" ? openCamera(device) : openMicrophone(device));
    await this.#take(source, track);
    track.enabled = own.on;
    this.changed(source);
  }

  stop() {
    for (const source of /** @type {Source[]} */ (Object.keys(this.sources))) {
      this.#release(source);
      this.sources[source].on = false;
    }
  }

  /** @param {Source} source @param {MediaStreamTrack} track */
  async #take(source, track) {
    this.#release(source);
    this.sources[source].track = track;
    track.onended = () => this.#ended(source, track);
  }

  /** A device was pulled out, or the browser's own button stopped the screen.
   * @param {Source} source @param {MediaStreamTrack} track */
  #ended(source, track) {
    if (this.sources[source].track !== track) return;
    this.#release(source);
    this.sources[source].on = false;
    this.changed(source);
  }

  /** @param {Source} source */
  #release(source) {
    const own = this.sources[source];
    if (!own.track) return;
    own.track.onended = null;
    own.track.stop();
    own.track = null;
  }
}

export { DeviceError };
