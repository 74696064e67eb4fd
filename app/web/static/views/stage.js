// @ts-check
/** The people as tiles, a shared screen in its well, and their voices. */

import { attach, h, say, set } from "./dom.js";
import { fit } from "./fit.js";
import { Sound } from "./sound.js";
import { Tile } from "./tile.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */

const GAP = 10;

export class Stage {
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #arrivals = 0;
  /** Who was put into the well by hand. @type {string | null} */
  #pinned = null;

  /** @param {Meeting} meeting @param {Translate} t @param {() => void} blocked sound needs a tap */
  constructor(meeting, t, blocked) {
    this.meeting = meeting;
    this.t = t;
    this.sound = new Sound(blocked);
    this.screen = h("video", { playsinline: true, autoplay: true, muted: true });
    this.screen.muted = true;
    this.caption = h("figcaption");
    this.well = h("figure", { class: "well", hidden: true }, this.screen, this.caption);
    this.tiles = h("ul", { class: "tiles", "aria-label": t("room.people") });
    this.element = h("section", { class: "stage", "aria-label": t("room.stage") }, this.well, this.tiles, this.sound.element);
    this.observer = new ResizeObserver(() => this.#arrange());
    this.observer.observe(this.tiles);
    this.visibility = () => this.#tell();
    this.tiles.addEventListener("scroll", this.visibility, { passive: true });
    document.addEventListener("visibilitychange", this.visibility);
  }

  update() {
    const { room } = this.meeting;
    if (this.#pinned !== null && !room.participants.has(this.#pinned)) this.#pinned = null;
    for (const [id, tile] of this.#tiles) {
      if (room.participants.has(id)) continue;
      tile.close();
      this.#tiles.delete(id);
    }
    for (const participant of room.participants.values()) {
      const tile = this.#tiles.get(participant.id) ?? this.#add(participant);
      tile.update(room, participant, this.#shown(participant.id));
    }
    this.sound.update(this.meeting);
    this.#showWell();
    this.#arrange();
  }

  close() {
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.visibility);
    this.sound.close();
    for (const tile of this.#tiles.values()) tile.close();
    this.#tiles.clear();
  }

  /** @param {import("../client/room.js").ParticipantState} participant */
  #add(participant) {
    const tile = new Tile(participant, (this.#arrivals++ % 12) + 1, this.t, () => this.#pin(participant.id));
    this.#tiles.set(participant.id, tile);
    const own = this.#tiles.get(this.meeting.room.me);
    if (own && own !== tile) own.element.before(tile.element);
    else this.tiles.append(tile.element);
    return tile;
  }

  /** @param {string} participant */
  #shown(participant) {
    const { room, capture } = this.meeting;
    if (participant === room.me) {
      return { track: capture.track("camera"), muted: !capture.isOn("microphone") };
    }
    const camera = room.publication(participant, "camera");
    const microphone = room.publication(participant, "microphone");
    return {
      track: camera && !camera.muted ? this.meeting.remoteTrack(camera.id) : null,
      muted: !microphone || microphone.muted,
    };
  }

  /** What fills the well: a shared screen, else the one who was pinned. */
  get #large() {
    const { room, capture } = this.meeting;
    if (capture.track("screen")) return null;
    return room.screen ?? (this.#pinned === null ? null : room.publication(this.#pinned, "camera"));
  }

  #showWell() {
    const { room, capture } = this.meeting;
    const own = capture.track("screen");
    const publication = this.#large;
    const track = own ?? (publication && this.meeting.remoteTrack(publication.id));
    const shown = Boolean(own || publication);
    if (attach(this.screen, track ?? null)) this.screen.play().catch(() => undefined);
    set(this.well, "hidden", !shown);
    this.element.classList.toggle("presenting", shown);
    const name = (publication && room.participants.get(publication.participant)?.name) ?? "";
    const words = publication?.source === "camera" ? name : this.t("room.shares", { name });
    say(this.caption, own ? this.t("room.you_share") : words);
    for (const [id, tile] of this.#tiles) tile.pinned(publication?.source === "camera" && publication.participant === id);
  }

  /** Larger by a press, and back by another. @param {string} participant */
  #pin(participant) {
    this.#pinned = this.#pinned === participant ? null : participant;
    this.update();
  }

  /** Tells the node how large each picture is here: it sends no larger one than fits. */
  #tell() {
    const { room } = this.meeting;
    const large = this.#large;
    /** @type {Record<string, {height: number, pinned: boolean}>} */
    const tiles = {};
    for (const { id, source, participant } of room.publications.values()) {
      if (source === "microphone" || participant === room.me) continue;
      const tile = source === "camera" ? this.#tiles.get(participant)?.element : null;
      const height = Math.max(tile ? lines(tile, this.tiles) : 0, id === large?.id ? lines(this.well, this.element) : 0);
      tiles[id] = { height: document.hidden ? 0 : height, pinned: id === large?.id };
    }
    this.meeting.show(tiles);
  }

  /** With a screen in the well the tiles are a strip that the style sheet lays out. */
  #arrange() {
    const { clientWidth, clientHeight } = this.tiles;
    const { width, height } = fit(this.#tiles.size, clientWidth, clientHeight, GAP);
    this.tiles.style.setProperty("--tile-width", `${width}px`);
    this.tiles.style.setProperty("--tile-height", `${height}px`);
    this.#tell();
  }
}

/** Physical lines of a picture that fills `element`; 0 when it is scrolled out of its `frame`.
 * @param {Element} element @param {Element} frame */
function lines(element, frame) {
  const [box, view] = [element.getBoundingClientRect(), frame.getBoundingClientRect()];
  const seen = box.right > view.left && box.left < view.right && box.bottom > view.top && box.top < view.bottom;
  if (!seen) return 0;
  return Math.ceil(Math.max(box.height, (box.width * 9) / 16) * Math.min(devicePixelRatio, 2));
}
