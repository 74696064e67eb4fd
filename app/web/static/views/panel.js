// @ts-check
/** The side panel: chat, or the people with those who wait at the door. */

import { h, icon, initials, say, set } from "./dom.js";

/** @typedef {import("../client/meeting.js").Meeting} Meeting */
/** @typedef {import("../client/languages.js").Translate} Translate */

export class ChatPanel {
  #shown = 0;
  /** @type {import("../client/room.js").ChatLine | undefined} */
  #last;

  /** @param {Meeting} meeting @param {Translate} t */
  constructor(meeting, t) {
    this.meeting = meeting;
    this.t = t;
    this.log = h("div", { class: "chat-log", role: "log", "aria-label": t("room.chat"), tabindex: "0" });
    this.input = h("input", { id: "chat-text", maxlength: "2000", autocomplete: "off" });
    this.empty = h("p", { class: "empty" }, t("room.chat_empty"));
    this.kept = h("span", { "data-kept": "", role: "status" });
    this.unkept = h("p", { class: "status bad", role: "status", hidden: true });
    this.element = h(
      "div",
      { class: "chat" },
      this.empty,
      this.log,
      h(
        "form",
        { onsubmit: (/** @type {Event} */ event) => this.#send(event) },
        h("label", { for: "chat-text", class: "unseen" }, t("room.chat_write")),
        this.input,
        h("button", { class: "button" }, t("room.chat_send")),
      ),
      h("p", { class: "hint" }, t("room.chat_seen"), " ", this.kept),
      this.unkept,
    );
  }

  update() {
    const { chat } = this.meeting.room;
    const from = this.#last ? chat.indexOf(this.#last) + 1 : 0;
    for (const line of chat.slice(from)) this.log.append(this.#line(line));
    this.#last = chat[chat.length - 1];
    set(this.empty, "hidden", chat.length > 0);
    if (this.#shown !== chat.length) this.log.scrollTop = this.log.scrollHeight;
    this.#shown = chat.length;
    this.#sayKept();
  }

  /** Of one's own lines only: whether they are kept, and whether keeping them fails. */
  #sayKept() {
    const { room } = this.meeting;
    const agreed = room.myself?.consents.includes("chat") ?? false;
    say(this.kept, this.t(!agreed ? "room.chat_not_kept" : room.keeps ? "room.chat_kept" : "room.chat_kept_later"));
    set(this.kept, "data-kept", agreed && room.keeps ? "now" : agreed ? "later" : "no");
    const { waiting, lost } = room.unkept;
    const troubles = [waiting ? this.t("room.chat_waiting", { waiting }) : "", lost ? this.t("room.chat_lost", { lost }) : ""];
    say(this.unkept, troubles.filter(Boolean).join(" "));
    set(this.unkept, "hidden", !waiting && !lost);
  }

  /** @param {import("../client/room.js").ChatLine} line */
  #line({ name, text, at, participant }) {
    const time = at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const mine = participant === this.meeting.room.me;
    return h("div", { class: mine ? "chat-line mine" : "chat-line" }, h("span", { class: "chat-from" }, h("b", {}, name), ` ${time}`), h("span", { class: "chat-text" }, text));
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text && (await this.meeting.command({ type: "say", text }))) this.input.value = "";
  }
}

export class PeoplePanel {
  /** @type {string} what the lists were last made of */
  #made = "";

  /** @param {Meeting} meeting @param {Translate} t @param {(participant: string) => void} remove */
  constructor(meeting, t, remove) {
    this.meeting = meeting;
    this.t = t;
    this.remove = remove;
    this.waiting = h("ul", { class: "rows" });
    this.door = h("section", { class: "door", hidden: true }, h("h3", {}, t("room.at_the_door")), this.waiting);
    this.present = h("ul", { class: "rows" });
    this.element = h("div", { class: "people" }, this.door, h("h3", {}, t("room.present")), this.present);
  }

  /** Rebuilt only when it differs, so that a button keeps its focus. */
  update() {
    const { room } = this.meeting;
    const now = JSON.stringify([[...room.lobby.values()], [...room.participants.values()], room.facilitates, room.me]);
    if (now === this.#made) return;
    this.#made = now;
    set(this.door, "hidden", room.lobby.size === 0);
    this.waiting.replaceChildren(...[...room.lobby.values()].map((person) => this.#knocking(person)));
    this.present.replaceChildren(...[...room.participants.values()].map((person) => this.#person(person)));
  }

  /** @param {import("../client/room.js").LobbyState} person */
  #knocking({ participant, name, role }) {
    const { t, meeting } = this;
    const admit = () => meeting.command({ type: "admit", participant });
    const deny = () => meeting.command({ type: "deny", participant });
    return h(
      "li",
      {},
      h("span", { class: "main" }, h("b", {}, name), h("span", { class: "detail" }, t(`role.${role}`))),
      h(
        "span",
        { class: "acts" },
        h("button", { type: "button", class: "button small", "data-action": "admit", "data-participant": participant, onclick: admit }, t("room.admit")),
        h("button", { type: "button", class: "button quiet small", "data-action": "deny", onclick: deny }, t("room.deny")),
      ),
    );
  }

  /** @param {import("../client/room.js").ParticipantState} person */
  #person({ id, name, role, hand_raised, consents }) {
    const { t } = this;
    const { room } = this.meeting;
    const kinds = consents.filter((purpose) => purpose === "audio" || purpose === "video" || purpose === "chat");
    const kept = kinds.length ? t("room.consents_to", { what: kinds.map((kind) => t(`room.kept_${kind}`)).join(" + ") }) : t("room.consents_to_nothing");
    const words = h("span", { class: "unseen" }, t("room.remove_name", { name }));
    const remove = h("button", { type: "button", class: "button quiet small", "data-action": "remove", title: t("room.remove"), onclick: () => this.remove(id) }, icon("cross"), words);
    return h(
      "li",
      {},
      h("span", { class: "avatar", "aria-hidden": "true" }, initials(name)),
      h("span", { class: "main" }, h("b", {}, id === room.me ? t("room.you", { name }) : name), h("span", { class: "detail" }, [t(`role.${role}`), ...(role === "member" ? [] : [t("notes.takes_notes")]), kept].join(" · "))),
      hand_raised ? icon("hand") : null,
      room.facilitates && id !== room.me ? remove : null,
    );
  }
}

/** The frame around either, with its own way out. */
export class Panel {
  /** @param {Translate} t @param {() => void} close */
  constructor(t, close) {
    this.title = h("h2", { tabindex: "-1" });
    this.body = h("div", { class: "panel-body" });
    const out = h("button", { type: "button", class: "round plain", onclick: close }, icon("cross"), h("span", { class: "unseen" }, t("room.close_panel")));
    this.element = h("aside", { class: "panel", hidden: true }, h("header", {}, this.title, out), this.body);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
  }

  /** @param {string} title @param {HTMLElement | null} content null hides the panel */
  show(title, content) {
    set(this.element, "hidden", content === null);
    say(this.title, title);
    if (content && this.body.firstElementChild !== content) this.body.replaceChildren(content);
  }
}
