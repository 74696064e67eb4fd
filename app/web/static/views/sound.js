// @ts-check
/** Everybody else's voice. Kept apart from the pictures, which come and go. */

import { attach, h } from "./dom.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */

export class Sound {
  /** @type {Map<string, HTMLAudioElement>} by publication */
  #voices = new Map();

  /** @param {() => void} blocked the browser wants a gesture before it plays sound */
  constructor(blocked) {
    this.blocked = blocked;
    this.element = h("div", { class: "voices", hidden: true });
  }

  /** @param {Meeting} meeting */
  update(meeting) {
    const { room } = meeting;
    for (const [id, voice] of this.#voices) {
      if (room.publications.has(id)) continue;
      voice.srcObject = null;
      voice.remove();
      this.#voices.delete(id);
    }
    for (const { id, source, participant } of room.publications.values()) {
      if (source !== "microphone" || participant === room.me) continue;
      const voice = this.#voices.get(id) ?? this.#add(id);
      if (attach(voice, meeting.remoteTrack(id))) this.#play(voice);
    }
  }

  /** After a gesture: everything that was held back. */
  resume() {
    for (const voice of this.#voices.values()) this.#play(voice);
  }

  close() {
    for (const voice of this.#voices.values()) voice.srcObject = null;
    this.#voices.clear();
    this.element.replaceChildren();
  }

  /** @param {string} id */
  #add(id) {
    const voice = h("audio", { autoplay: true, playsinline: true });
    this.#voices.set(id, voice);
    this.element.append(voice);
    return voice;
  }

  /** @param {HTMLAudioElement} voice */
  #play(voice) {
    voice.play().catch((reason) => {
      if (reason instanceof Error && reason.name === "NotAllowedError") this.blocked();
    });
  }
}
