// @ts-check
/** After the room, however one came out of it: what happened, and where to go. */

import { h, icon } from "./dom.js";

/** @typedef {import("../client/languages.js").Translate} Translate */
/** @typedef {"left" | "ended" | "denied" | "replaced" | "failed"} Ending */

/**
 * @param {Ending} ending @param {string} reason shown instead of our own words when not empty
 * @param {import("../meeting.js").PageData} data @param {Translate} t
 */
export function farewell(ending, reason, data, t) {
  const again = ending === "left" || ending === "replaced" || ending === "failed";
  const rejoin = h("button", { type: "button", class: "button", onclick: () => location.reload() }, t("room.come_back"));
  const group = h("a", { class: again ? "button quiet" : "button", href: `/groups/${data.group.id}` }, t("room.to_group"));
  return h(
    "div",
    { class: "farewell", role: "status", "data-ending": ending },
    icon("mark"),
    h("h1", { tabindex: "-1" }, t(`room.${ending}`)),
    h("p", {}, reason || t(`room.${ending}_why`)),
    h("div", { class: "buttons" }, again ? rejoin : null, group),
  );
}
