// @ts-check
/** One person in the room: picture or initials, name, and what is kept of them. */

import { attach, h, icon, initials, say, set, showIcon } from "./dom.js";

/** @typedef {import("../client/room.js").Room} Room */
/** @typedef {import("../client/room.js").ParticipantState} ParticipantState */
/** @typedef {import("../client/languages.js").Translate} Translate */

export class Tile {
  /** @param {ParticipantState} participant @param {number} hue @param {Translate} t
   * @param {() => void} pin */
  constructor(participant, hue, t, pin) {
    this.t = t;
    this.video = h("video", { playsinline: true, autoplay: true, muted: true });
    this.video.muted = true;
    this.name = h("span", { class: "tile-name" });
    this.mark = h("span", { class: "tile-recording" });
    this.hand = h("span", { class: "tile-hand" }, icon("hand"), h("span", { class: "unseen" }, t("room.hand_raised")));
    this.muted = h("span", { class: "tile-muted" }, icon("mic-off"), h("span", { class: "unseen" }, t("room.is_muted")));
    this.resting = h("span", { class: "tile-resting" }, t("room.picture_rests"));
    this.pin = h("button", { type: "button", class: "tile-pin", hidden: true, onclick: pin }, icon("expand"), h("span", { class: "unseen" }, t("room.enlarge", { name: participant.name })));
    this.lost = h("span", { class: "tile-lost" }, t("room.is_reconnecting"));
    this.element = h(
      "li",
      { class: `tile hue-${hue}`, "data-participant": participant.id },
      h("span", { class: "tile-avatar", "aria-hidden": "true" }, initials(participant.name)),
      this.video,
      h("span", { class: "tile-top" }, this.mark, this.hand, this.pin),
      this.resting,
      this.lost,
      h("span", { class: "tile-bottom" }, this.muted, this.name),
    );
    this.video.addEventListener("loadeddata", () => this.element.classList.add("has-frame"));
  }

  /** Nobody looks on unnoticed. @param {ParticipantState} participant @param {boolean} mine */
  #nameOf({ name, role }, mine) {
    if (mine) return this.t("room.you", { name });
    return role === "observer" ? this.t("room.observing", { name }) : name;
  }

  /**
   * @param {Room} room @param {ParticipantState} participant
   * @param {{track: MediaStreamTrack | null, muted: boolean}} shown for oneself what is captured
   */
  update(room, participant, { track, muted }) {
    const mine = participant.id === room.me;
    const attached = attach(this.video, track);
    if (attached) {
      this.element.classList.remove("has-frame");
      this.video.play().catch(() => undefined); // muted pictures may always play; sound is elsewhere
    }
    this.element.classList.toggle("mine", mine);
    this.element.classList.toggle("has-picture", track !== null);
    this.element.classList.toggle("speaking", room.speaker === participant.id);
    say(this.name, this.#nameOf(participant, mine));
    set(this.muted, "hidden", !muted);
    set(this.hand, "hidden", !participant.hand_raised);
    set(this.lost, "hidden", participant.connected);
    const camera = room.publication(participant.id, "camera");
    const rests = camera !== null && room.resting.has(camera.id);
    this.element.classList.toggle("resting", rests);
    set(this.resting, "hidden", !rests || !participant.connected);
    set(this.pin, "hidden", mine || camera === null);
    const kept = recordedKinds(room, participant);
    set(this.mark, "hidden", !room.recording.running);
    this.mark.classList.toggle("on", kept.length > 0);
    say(this.mark, kept.length ? kept.map((kind) => this.t(`room.kept_${kind}`)).join(" + ") : this.t("room.not_recorded"));
  }

  /** @param {boolean} pinned */
  pinned(pinned) {
    set(this.pin, "aria-pressed", String(pinned));
    showIcon(/** @type {SVGElement} */ (this.pin.firstElementChild), pinned ? "shrink" : "expand");
  }

  close() {
    this.video.srcObject = null;
    this.element.remove();
  }
}

/** @type {Record<"audio" | "video" | "chat", import("../client/room.js").Source | null>} */
const SOURCES = { audio: "microphone", video: "camera", chat: null };

/** The kinds that are kept of a person now: consent stands, and the node does not say otherwise.
 * @param {Room} room @param {ParticipantState} participant */
export function recordedKinds(room, participant) {
  if (!room.keeps) return [];
  return /** @type {(keyof typeof SOURCES)[]} */ (Object.keys(SOURCES)).filter((kind) => {
    const source = SOURCES[kind];
    const publication = source && room.publication(participant.id, source);
    return participant.consents.includes(kind) && (publication?.recorded ?? true);
  });
}
