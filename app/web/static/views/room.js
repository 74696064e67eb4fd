// @ts-check
/** The meeting itself: stage, panel, banners and controls in one frame. */

import { DeviceError } from "../client/devices.js";
import { ConsentRows, consentText } from "./consent.js";
import { DevicePicker } from "./device_picker.js";
import { ask } from "./dialogs.js";
import { clock, h, icon, say, set } from "./dom.js";
import { deviceTrouble } from "./lobby.js";
import { ChatPanel, Panel, PeoplePanel } from "./panel.js";
import { NotesPanel } from "./notes.js";
import { OffRecordBanner } from "./off_record.js";
import { Stage } from "./stage.js";
import { recordedKinds } from "./tile.js";
import { NOTES_KEY, Toolbar } from "./toolbar.js";
import { Troubles } from "./troubles.js";
import { UncountedBanner } from "./withdrawal.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {import("../meeting.js").PageData} PageData */
/** @typedef {{left: () => void, decide: import("./consent.js").Decide, notes: import("../client/notes.js").Notes | null}} Actions */
/** @typedef {"chat" | "people" | "notes" | null} PanelName */

/** A passing message stays this long; long enough to be read twice. */
const NOTICE_MS = 9000;

export class RoomView {
  /** @type {PanelName} */
  #open = null;
  #read = 0;
  #interrupted = false;
  /** @type {number | undefined} */
  #noticeTimer;

  /** @param {Meeting} meeting @param {PageData} data @param {Translate} t @param {Actions} actions */
  constructor(meeting, data, t, actions) {
    this.meeting = meeting;
    this.data = data;
    this.t = t;
    this.actions = actions;
    this.stage = new Stage(meeting, t, () => set(this.tap, "hidden", false));
    this.toolbar = new Toolbar(meeting, t, (action) => this.#act(action), actions.notes !== null);
    this.chat = new ChatPanel(meeting, t);
    this.people = new PeoplePanel(meeting, t, (participant) => this.#remove(participant));
    this.notes = actions.notes && new NotesPanel(actions.notes, meeting, t);
    this.panel = new Panel(t, () => this.#show(null));
    this.recording = h("p", { class: "recording-words", role: "status" });
    this.timer = h("span", { class: "recording-time" });
    this.strip = h("div", { class: "recording" }, h("span", { class: "dot", "aria-hidden": "true" }), this.recording, this.timer, h("button", { type: "button", class: "link", "data-action": "consent", onclick: () => this.#consents() }, t("consent.change")));
    this.off_record = new OffRecordBanner(meeting, t);
    this.lost = h("p", { class: "banner bad", role: "alert", hidden: true }, t("room.reconnecting"));
    this.troubles = new Troubles(t);
    this.interruption = h("p", { class: "banner bad", role: "alert", "data-part": "interruption", hidden: true }, t("storage.interrupted"));
    this.withdrawal = h("p", { class: "banner", role: "status", "data-part": "withdrawal", hidden: true }, t("withdrawal.waits"));
    this.uncounted = new UncountedBanner(t, () => this.#consents());
    this.notice = h("p", { class: "banner", role: "status", hidden: true });
    this.tap = h("button", { type: "button", class: "banner tap", hidden: true, onclick: () => this.#hear() }, icon("sound"), t("room.tap_to_hear"));
    this.door = h("button", { type: "button", class: "banner tap", "data-action": "door", hidden: true, onclick: () => this.#show("people") });
    this.element = this.#build();
    document.addEventListener("keydown", this.#key);
    this.ticker = setInterval(() => this.#tick(), 1000);
  }

  #build() {
    const { data, t } = this;
    const settings = h("button", { type: "button", class: "round plain", "data-action": "settings", onclick: () => this.#settings() }, icon("settings"), h("span", { class: "unseen" }, t("room.settings")));
    return h(
      "div",
      { class: "room" },
      h("header", { class: "room-top" }, h("h1", {}, data.meeting.title), this.strip, settings),
      h("div", { class: "banners" }, this.off_record.element, this.lost, this.interruption, this.withdrawal, this.uncounted.element, this.door, this.tap, this.notice, this.troubles.element),
      h("div", { class: "room-middle" }, this.stage.element, this.panel.element),
      this.toolbar.element,
    );
  }

  update() {
    const { t, meeting } = this;
    const { room } = meeting;
    this.stage.update();
    if (this.#open === "chat") this.#read = room.chat.length;
    this.chat.update();
    this.people.update();
    this.notes?.update();
    this.troubles.update(room);
    this.toolbar.update({ panel: this.#open, unread: Math.max(0, room.chat.length - this.#read) });
    set(this.lost, "hidden", meeting.connection_state !== "reconnecting");
    set(this.withdrawal, "hidden", room.withdrawalsWaiting === 0);
    this.uncounted.update(room.uncounted);
    set(this.door, "hidden", room.lobby.size === 0 || this.#open === "people");
    const names = [...room.lobby.values()].map(({ name }) => name).join(", ");
    say(this.door, t("room.knocks", { names }));
    this.off_record.update();
    this.#showRecording();
    this.#tick();
  }

  /** @param {string} text */
  tell(text) {
    say(this.notice, text);
    set(this.notice, "hidden", false);
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => set(this.notice, "hidden", true), NOTICE_MS);
  }

  close() {
    clearInterval(this.ticker);
    document.removeEventListener("keydown", this.#key);
    clearTimeout(this.#noticeTimer);
    this.stage.close();
    this.element.remove();
  }

  #showRecording() {
    const { t } = this;
    const { room } = this.meeting;
    const { running } = room.recording;
    const interrupted = running && Boolean(room.recording.interrupted);
    const off = room.off_record.since !== null;
    this.strip.classList.toggle("on", running && !interrupted && !off);
    const kinds = room.myself ? recordedKinds(room, room.myself) : [];
    const what = kinds.map((kind) => t(`room.kept_${kind}`)).join(" + ");
    const mine = what ? t("room.you_are_recorded", { what }) : t("room.you_are_not_recorded");
    const on = interrupted ? t("storage.strip") : `${t("room.recording_on")} ${mine}`;
    say(this.recording, off ? t("off_record.strip") : running ? on : t("room.recording_off"));
    set(this.interruption, "hidden", !interrupted);
    if (this.#interrupted && running && !interrupted) this.tell(t("storage.resumed"));
    this.#interrupted = interrupted;
  }

  #tick() {
    const since = this.meeting.room.recording.started_at;
    say(this.timer, since ? clock(Date.now() - Date.parse(since)) : "");
  }

  #key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== NOTES_KEY || !this.notes || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#show("notes");
  };

  /** @param {PanelName} which */
  #show(which) {
    const before = this.#open;
    this.#open = which;
    const content = which ? (this[which]?.element ?? null) : null;
    this.panel.show(which ? this.t(which === "notes" ? "notes.title" : `room.${which}`) : "", content);
    this.element.classList.toggle("with-panel", which !== null);
    this.update();
    if (which === "chat") this.chat.input.focus();
    else if (which === "notes") this.notes?.text.focus();
    else if (which === "people") this.panel.title.focus();
    else if (before) this.toolbar.buttons[before].element.focus();
  }

  /** @param {import("./toolbar.js").Action} action */
  #act(action) {
    const { capture, room } = this.meeting;
    switch (action) {
      case "microphone":
        return this.#device(capture.turnMicrophone(!capture.isOn("microphone")));
      case "camera":
        return this.#device(capture.turnCamera(!capture.isOn("camera")));
      case "screen":
        return this.#device(capture.turnScreen(!capture.isOn("screen")));
      case "hand":
        return void this.meeting.command({ type: "raise_hand", raised: !room.myself?.hand_raised });
      case "chat":
      case "people":
      case "notes":
        return this.#show(this.#open === action ? null : action);
      case "off_record":
        return this.off_record.press();
      case "record":
        return void this.#record();
      case "leave":
        return void this.#leave();
    }
  }

  /** @param {Promise<void>} change */
  #device(change) {
    change.catch((reason) => {
      if (!(reason instanceof DeviceError)) throw reason;
      this.tell(deviceTrouble(reason, this.t));
    });
  }

  #hear() {
    set(this.tap, "hidden", true);
    this.stage.sound.resume();
  }

  async #record() {
    const { t, meeting } = this;
    if (meeting.room.recording.running) {
      const stop = { value: "stop", label: t("room.record_stop") };
      if (await ask(t("room.record_stop"), t("room.record_stop_why"), [stop, this.#cancel()])) meeting.command({ type: "stop_recording" });
      return;
    }
    const start = { value: "start", label: t("room.record_start") };
    if (await ask(t("room.record_start"), t("room.record_start_why"), [start, this.#cancel()])) meeting.command({ type: "start_recording" });
  }

  async #leave() {
    const { t, meeting } = this;
    if (!meeting.room.facilitates) return this.actions.left();
    const answer = await ask(t("room.leave"), t("room.leave_why"), [
      { value: "leave", label: t("room.leave_only_me") },
      { value: "end", label: t("room.end_for_all"), kind: "danger" },
      this.#cancel(),
    ]);
    if (answer === "leave") this.actions.left();
    if (answer === "end") meeting.command({ type: "end_meeting" });
  }

  /** @param {string} participant */
  async #remove(participant) {
    const { t } = this;
    const name = this.meeting.room.participants.get(participant)?.name ?? "";
    const yes = { value: "remove", label: t("room.remove"), kind: /** @type {const} */ ("danger") };
    if (await ask(t("room.remove_name", { name }), t("room.remove_why"), [yes, this.#cancel()])) {
      this.meeting.command({ type: "remove_participant", participant });
    }
  }

  async #consents() {
    const { t } = this;
    const rows = new ConsentRows(this.data, t, this.actions.decide, this.meeting.room.uncounted);
    const body = h("div", { class: "stack" }, h("p", { class: "hint" }, t("consent.takes_effect")), rows.element, consentText(t));
    await ask(t("consent.mine"), body, [{ value: "", label: t("room.close"), kind: "quiet" }]);
  }

  async #settings() {
    const picker = new DevicePicker(this.meeting.capture, this.t, (reason) => {
      if (reason instanceof DeviceError) this.tell(deviceTrouble(reason, this.t));
    });
    picker.refresh();
    await ask(this.t("room.settings"), picker.element, [{ value: "", label: this.t("room.close"), kind: "quiet" }]);
    picker.close();
  }

  /** @returns {import("./dialogs.js").Choice} */
  #cancel() {
    return { value: "", label: this.t("room.cancel"), kind: "quiet" };
  }
}
