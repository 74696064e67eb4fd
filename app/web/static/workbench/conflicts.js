// @ts-check
/** Edits that could not be done, in words, each with its ways out. Nothing goes by itself. */

import { h } from "../views/dom.js";
import { aboutTurn, wanted, why } from "./words.js";

/** @typedef {import("./actions.js").Actions} Actions */
/** @typedef {import("./bench.js").Aside} Aside */
/** @typedef {import("../workbench.js").Person} Person */
/** @typedef {import("../client/languages.js").Translate} Translate */

export class Conflicts {
  /** What is shown, so that it is built anew only when it changes. */
  #shown = "";

  /** @param {Actions} actions @param {Person[]} people @param {Translate} t */
  constructor(actions, people, t) {
    this.actions = actions;
    this.people = people;
    this.t = t;
    this.element = h("section", { class: "alarm bench-conflicts", role: "alert", hidden: true });
  }

  update() {
    const { bench } = this.actions;
    const now = JSON.stringify([bench.aside.map(({ id }) => id), bench.aside.map((item) => bench.canDoAnyway(item))]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.element.hidden = !bench.aside.length;
    const title = h("h2", {}, this.t("workbench.aside", { count: bench.aside.length }));
    this.element.replaceChildren(title, h("ul", { class: "rows" }, ...bench.aside.map((item) => this.#item(item))));
  }

  /** @param {Aside} item */
  #item(item) {
    const { actions, t } = this;
    const { bench } = actions;
    const span = [...item.edit.change.taken, ...item.edit.change.given];
    const low = Math.min(...span.map(({ start_ms }) => start_ms));
    const high = Math.max(...span.map(({ end_ms }) => end_ms));
    const users = new Set(span.map(({ user_id }) => user_id));
    const there = bench.order.filter((turn) => users.has(turn.user_id) && turn.start_ms < high && low < turn.end_ms);
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", class: "button quiet small", onclick: () => this.#then(onclick) }, label);
    return h(
      "li",
      {},
      h(
        "span",
        { class: "main" },
        h("b", {}, wanted(item, this.people, t)),
        h("span", { class: "detail" }, why(item, t)),
        h("span", { class: "detail" }, there.length ? `${t("workbench.now_there")} ${there.map((turn) => aboutTurn(turn, this.people, t)).join("; ")}` : t("workbench.nothing_there")),
      ),
      h(
        "span",
        { class: "acts" },
        button(t("workbench.look"), () => (there[0] ? actions.pick(there[0], low) : actions.seek(low))),
        bench.canDoAnyway(item) ? button(t("workbench.do_anyway"), () => void bench.doAnyway(item)) : null,
        button(t("workbench.leave_it"), () => bench.dismiss(item.id)),
      ),
    );
  }

  /** @param {() => void} done */
  #then(done) {
    done();
    this.actions.lanes.field.focus({ preventScroll: true });
  }
}
