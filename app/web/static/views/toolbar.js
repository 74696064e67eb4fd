// @ts-check
/** The row of buttons: every one a real button with a name, a state and an icon. */

import { canShareScreen } from "../client/devices.js";
import { h, icon, say, set, showIcon } from "./dom.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {"microphone" | "camera" | "screen" | "hand" | "chat" | "people" | "notes" | "off_record" | "record" | "leave"} Action */

/** Opens the notes. Not a letter: those would be pressed while writing. */
export const NOTES_KEY = "F2";

class ToolButton {
  /** @param {Action} action @param {string} symbol @param {(action: Action) => void} act */
  constructor(action, symbol, act) {
    this.icon = icon(symbol);
    this.label = h("span", { class: "tool-label" });
    this.count = h("span", { class: "tool-count", hidden: true });
    this.element = h(
      "button",
      { type: "button", class: `tool tool-${action}`, "data-action": action, onclick: () => act(action) },
      h("span", { class: "tool-face" }, this.icon, this.count),
      this.label,
    );
  }

  /** @param {string} label @param {{symbol?: string, pressed?: boolean, off?: boolean, count?: number}} [state] */
  show(label, { symbol, pressed, off = false, count = 0 } = {}) {
    say(this.label, label);
    if (symbol) showIcon(this.icon, symbol);
    if (pressed !== undefined) set(this.element, "aria-pressed", String(pressed));
    this.element.classList.toggle("off", off);
    set(this.count, "hidden", count === 0);
    say(this.count, String(count));
  }
}

export class Toolbar {
  /** @param {Meeting} meeting @param {Translate} t @param {(action: Action) => void} act @param {boolean} writes_notes */
  constructor(meeting, t, act, writes_notes) {
    this.meeting = meeting;
    this.t = t;
    this.buttons = {
      microphone: new ToolButton("microphone", "mic", act),
      camera: new ToolButton("camera", "camera", act),
      screen: new ToolButton("screen", "screen", act),
      hand: new ToolButton("hand", "hand", act),
      chat: new ToolButton("chat", "chat", act),
      people: new ToolButton("people", "people", act),
      notes: new ToolButton("notes", "note", act),
      off_record: new ToolButton("off_record", "off-record", act),
      record: new ToolButton("record", "record", act),
      leave: new ToolButton("leave", "leave", act),
    };
    this.element = h(
      "div",
      { class: "toolbar", role: "group", "aria-label": t("room.controls") },
      ...Object.values(this.buttons).map((button) => button.element),
    );
    set(this.buttons.screen.element, "hidden", !canShareScreen());
    set(this.buttons.notes.element, "hidden", !writes_notes);
    set(this.buttons.notes.element, "aria-keyshortcuts", NOTES_KEY);
  }

  /** @param {{panel: import("./room.js").PanelName, unread: number}} state */
  update({ panel, unread }) {
    const { t, buttons } = this;
    const { room, capture } = this.meeting;
    const speaks = capture.isOn("microphone");
    const seen = capture.isOn("camera");
    const shares = capture.isOn("screen");
    const running = room.recording.running;
    buttons.microphone.show(t(speaks ? "room.mute" : "room.unmute"), { symbol: speaks ? "mic" : "mic-off", off: !speaks });
    buttons.camera.show(t(seen ? "room.camera_stop" : "room.camera_start"), { symbol: seen ? "camera" : "camera-off", off: !seen });
    buttons.screen.show(t(shares ? "room.screen_stop" : "room.screen_start"), { pressed: shares });
    buttons.hand.show(t("room.hand"), { pressed: room.myself?.hand_raised ?? false });
    buttons.chat.show(t("room.chat"), { pressed: panel === "chat", count: unread });
    buttons.people.show(t("room.people"), { pressed: panel === "people", count: room.lobby.size });
    buttons.notes.show(t("notes.title"), { pressed: panel === "notes" });
    buttons.record.show(t(running ? "room.record_stop" : "room.record_start"), { symbol: running ? "stop" : "record" });
    buttons.leave.show(t("room.leave"));
    const off = room.off_record.since !== null;
    buttons.off_record.show(t("off_record.go"), { pressed: off });
    set(buttons.off_record.element, "hidden", !running && !off);
    set(buttons.record.element, "hidden", !room.facilitates);
  }
}
