// @ts-check
/** What a person can do at the workbench, by key or by button: each a method without arguments. */

import { newId, sorted } from "./operations.js";

/** @typedef {import("./operations.js").Turn} Turn */
/** @typedef {import("./operations.js").Change} Change */
/** @typedef {import("./bench.js").Bench} Bench */
/** @typedef {import("./lanes.js").Lanes} Lanes */
/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {import("./marks.js").Marks} Marks */
/** @typedef {import("../workbench.js").Person} Person */

const STEP_MS = 1000;
const LEAP_MS = 5000;
const NUDGE_MS = 10;
const SHOVE_MS = 100;
/** Of a turn that a person begins by hand. */
const NEW_MS = 2000;

export class Actions {
  /** @type {string | null} */
  selected = null;

  /**
   * @param {{bench: Bench, lanes: Lanes, sound: Sound, people: Person[], notes: Marks, chat: Marks}} parts
   * @param {{changed: () => void, say: (key: string) => void, older: () => Promise<void>, dismiss: (span: Turn) => Promise<void>, bring_back: () => Promise<void>}} hooks
   *   `dismiss`: tells the server that nobody speaks there; `older`: asks the server for what can be undone from before
   */
  constructor({ bench, lanes, sound, people, notes, chat }, hooks) {
    this.bench = bench;
    this.lanes = lanes;
    this.sound = sound;
    this.people = people;
    this.notes = notes;
    this.chat = chat;
    this.hooks = hooks;
  }

  get turn() {
    return this.bench.find(this.selected);
  }

  play = () => this.sound.toggle();
  slower = () => this.sound.faster(-1);
  faster = () => this.sound.faster(1);
  back = () => this.seek(this.sound.position_ms - STEP_MS);
  forth = () => this.seek(this.sound.position_ms + STEP_MS);
  leap_back = () => this.seek(this.sound.position_ms - LEAP_MS);
  leap_forth = () => this.seek(this.sound.position_ms + LEAP_MS);
  home = () => this.seek(0);
  end = () => this.seek(this.bench.length_ms);
  closer = () => this.lanes.closer();
  further = () => this.lanes.further();
  next = () => this.#go(this.#after()[0]);
  previous = () => this.#go(this.#before().at(-1));
  unaccepted = () => {
    const isOpen = (/** @type {Turn} */ { state }) => state === "proposed";
    const found = this.#after().find(isOpen) ?? this.#before().find(isOpen);
    if (found) this.#choose(found);
    else this.hooks.say("workbench.none_left");
  };
  next_note = () => this.hooks.say(this.notes.go(1, this.sound.position_ms));
  previous_note = () => this.hooks.say(this.notes.go(-1, this.sound.position_ms));
  next_chat = () => this.hooks.say(this.chat.go(1, this.sound.position_ms));
  previous_chat = () => this.hooks.say(this.chat.go(-1, this.sound.position_ms));
  start_earlier = () => this.#nudge(-NUDGE_MS, 0);
  start_later = () => this.#nudge(NUDGE_MS, 0);
  end_earlier = () => this.#nudge(0, -NUDGE_MS);
  end_later = () => this.#nudge(0, NUDGE_MS);
  start_much_earlier = () => this.#nudge(-SHOVE_MS, 0);
  start_much_later = () => this.#nudge(SHOVE_MS, 0);
  end_much_earlier = () => this.#nudge(0, -SHOVE_MS);
  end_much_later = () => this.#nudge(0, SHOVE_MS);

  accept = () =>
    this.#on(({ id, state }) => {
      if (state !== "proposed" || this.#make({ name: "accept", turn: id, given: newId() })) this.unaccepted();
    });

  split = () =>
    this.#on(({ id, start_ms, end_ms }) => {
      const at_ms = Math.round(this.sound.position_ms);
      if (at_ms <= start_ms || at_ms >= end_ms) this.hooks.say("workbench.playhead_outside");
      else this.#make({ name: "split", turn: id, at_ms, given: [newId(), newId()] }, 1);
    });

  merge = () =>
    this.#on(({ id, user_id, end_ms }) => {
      const after = this.bench.order.find((other) => other.user_id === user_id && other.start_ms >= end_ms);
      if (after) this.#make({ name: "merge", turns: [id, after.id], given: newId() });
      else this.hooks.say("workbench.nothing_to_merge");
    });

  mark = () => this.#on(({ id, is_backchannel }) => this.#make({ name: "mark", turn: id, is_backchannel: !is_backchannel, given: newId() }));
  technical = () => this.#on((turn) => this.#make(sorted(turn, "technical")));
  laughter = () => this.#on((turn) => this.#make(sorted(turn, "laughter")));

  remove = () => {
    const { turn } = this;
    if (!turn) return this.hooks.say("workbench.none_selected");
    const place = this.bench.order.indexOf(turn);
    if (!turn.user_id) {
      this.bench.drop(turn);
      void this.hooks.dismiss(turn);
    } else if (!this.#make({ name: "delete", turn: turn.id })) return;
    this.#choose(this.bench.order[place] ?? this.bench.order[place - 1] ?? null);
  };

  bring_back = () => void this.hooks.bring_back();
  create = () => {
    const person = this.turn?.user_id || this.people[0]?.id;
    const start_ms = Math.round(this.sound.position_ms);
    const after = this.bench.order.find((other) => other.user_id === person && other.start_ms >= start_ms);
    const end_ms = Math.min(start_ms + NEW_MS, after?.start_ms ?? Infinity, this.bench.length_ms);
    this.#make({ name: "create", given: newId(), user_id: person, start_ms, end_ms, is_backchannel: false });
  };

  undo = () => this.#reverse("undo");
  redo = () => this.#reverse("redo");
  loop = () => {
    const { turn, sound } = this;
    if (sound.loop || !turn) {
      sound.loop = null;
    } else {
      sound.loop = turn;
      this.seek(turn.start_ms);
      if (!sound.playback.playing) sound.toggle();
    }
    this.hooks.changed();
  };

  alone = () =>
    this.#on(({ user_id }) => {
      if (!this.sound.alone(user_id)) this.hooks.say("workbench.no_own_sound");
    });

  /** @param {string} user_id */
  assign(user_id) {
    this.#on(({ id, user_id: was, start_ms, end_ms }) => {
      if (!was) this.#make({ name: "create", given: newId(), user_id, start_ms, end_ms, is_backchannel: false });
      else if (was !== user_id) this.#make({ name: "assign", turn: id, user_id, given: newId() });
    });
  }

  /** @param {number} place among the lanes, from 0 */
  assignNth(place) {
    const person = this.people[place];
    if (person) this.assign(person.id);
  }

  /** @param {Turn | null} turn @param {number} ms */
  pick(turn, ms) {
    if (turn) this.#choose(turn);
    else this.seek(ms);
  }

  /** By the pointer: one edit, however far. @param {Turn} turn @param {number} start_ms @param {number} end_ms */
  move({ id }, start_ms, end_ms) {
    this.#make({ name: "move", turn: id, start_ms, end_ms, given: newId() });
  }

  /** @param {number} ms */
  seek(ms) {
    this.sound.playback.seek(ms);
    this.lanes.reveal(this.sound.position_ms);
  }

  /** @param {number} ms */
  play_from(ms) {
    this.sound.loop = null;
    this.seek(ms);
    if (!this.sound.playback.playing) this.sound.toggle();
    this.hooks.changed();
  }

  /** @param {(turn: Turn) => unknown} act on the selected one */
  #on(act) {
    if (this.turn) act(this.turn);
    else this.hooks.say("workbench.none_selected");
  }

  /** @param {Turn | null} turn */
  #choose(turn) {
    this.selected = turn?.id ?? null;
    if (turn) {
      this.sound.loop &&= turn;
      this.sound.playback.seek(turn.start_ms);
      this.lanes.reveal(turn.start_ms, turn.end_ms);
    }
    this.hooks.say("");
    this.hooks.changed();
  }

  /** @param {Turn | undefined} turn */
  #go(turn) {
    if (turn) this.#choose(turn);
  }

  /** The turns after the selected one, else after the playhead. */
  #after() {
    const { turn } = this;
    const { order } = this.bench;
    return turn ? order.slice(order.indexOf(turn) + 1) : order.filter(({ end_ms }) => end_ms > this.sound.position_ms);
  }

  #before() {
    const { turn } = this;
    const { order } = this.bench;
    return turn ? order.slice(0, order.indexOf(turn)) : order.filter(({ end_ms }) => end_ms <= this.sound.position_ms);
  }

  /** @param {number} start @param {number} end */
  #nudge(start, end) {
    this.#on(({ id, start_ms, end_ms }) => this.#make({ name: "move", turn: id, start_ms: start_ms + start, end_ms: end_ms + end, given: newId() }, 0, true));
  }

  /** @param {"undo" | "redo"} name */
  async #reverse(name) {
    const stack = () => (name === "undo" ? this.bench.undoable : this.bench.redoable);
    if (!stack().length) await this.hooks.older();
    if (!stack().length) return this.hooks.say(name === "undo" ? "workbench.nothing_to_undo" : "workbench.nothing_to_redo");
    const done = this.bench[name]();
    if (!done) return this.hooks.say("workbench.cannot_undo");
    this.#show(done, 0);
  }

  /** @param {import("./operations.js").Operation} operation @param {number} [which] of the given turns is selected
   * @param {boolean} [isNudge] */
  #make(operation, which = 0, isNudge = false) {
    if (operation.name !== "create" && this.turn && !this.turn.user_id) {
      this.hooks.say("workbench.who_first");
      return null;
    }
    const done = this.bench.make(operation, isNudge);
    if (done) this.#show(done, which);
    else this.hooks.say("workbench.cannot");
    if (done && operation.name === "move") this.sound.loop &&= done.given[0];
    return done;
  }

  /** @param {Change} done @param {number} which */
  #show({ given }, which) {
    const turn = given[which] ?? given[0];
    this.selected = turn?.id ?? null;
    if (turn) this.lanes.reveal(turn.start_ms, turn.end_ms);
    this.hooks.say("");
    this.hooks.changed();
  }
}
