// @ts-check
/** Which key does what. They work while the lanes have the focus, and nowhere else. */

import { ask } from "../views/dialogs.js";
import { h } from "../views/dom.js";

/** @typedef {import("./actions.js").Actions} Actions */
/** @typedef {import("../client/languages.js").Translate} Translate */

/**
 * Name of the action, the keys as events name them (with `Shift+` or `Control+` before), and how
 * they are written. Chosen so that each is one key on a Finnish, a Swedish and an English keyboard.
 * @type {[string, string[], string][]}
 */
const KEYS = [
  ["play", [" "], "Space"],
  ["slower", [","], ","],
  ["faster", ["."], "."],
  ["back", ["ArrowLeft"], "←"],
  ["forth", ["ArrowRight"], "→"],
  ["leap_back", ["Shift+ArrowLeft"], "Shift ←"],
  ["leap_forth", ["Shift+ArrowRight"], "Shift →"],
  ["home", ["Home"], "Home"],
  ["end", ["End"], "End"],
  ["next", ["ArrowDown"], "↓"],
  ["previous", ["ArrowUp"], "↑"],
  ["unaccepted", ["u"], "U"],
  ["previous_note", ["w"], "W"],
  ["next_note", ["e"], "E"],
  ["previous_chat", ["r"], "R"],
  ["next_chat", ["t"], "T"],
  ["accept", ["Enter"], "Enter"],
  ["start_earlier", ["a"], "A"],
  ["start_later", ["s"], "S"],
  ["end_earlier", ["d"], "D"],
  ["end_later", ["f"], "F"],
  ["start_much_earlier", ["Shift+a"], "Shift A"],
  ["start_much_later", ["Shift+s"], "Shift S"],
  ["end_much_earlier", ["Shift+d"], "Shift D"],
  ["end_much_later", ["Shift+f"], "Shift F"],
  ["split", ["x"], "X"],
  ["merge", ["m"], "M"],
  ["mark", ["b"], "B"],
  ["technical", ["k"], "K"],
  ["laughter", ["g"], "G"],
  ["create", ["n"], "N"],
  ["remove", ["Delete", "Backspace"], "Delete"],
  ["loop", ["l"], "L"],
  ["alone", ["o"], "O"],
  ["undo", ["z", "Control+z"], "Z"],
  ["redo", ["y", "Control+y", "Control+Shift+z"], "Y"],
  ["closer", ["+", "="], "+"],
  ["further", ["-"], "−"],
];

/** @param {HTMLElement} field @param {Actions} actions @param {Translate} t */
export function listen(field, actions, t) {
  const names = new Map(KEYS.flatMap(([name, keys]) => keys.map((key) => /** @type {[string, string]} */ ([key, name]))));
  field.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.altKey) return;
    if (!event.ctrlKey && !event.metaKey && (key === "?" || key === "h")) {
      event.preventDefault();
      return void showKeys(t);
    }
    const digit = event.ctrlKey || event.metaKey ? null : /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
    if (digit) return actions.assignNth(placeOf(Number(digit[1]), event.shiftKey));
    const name = names.get(pressed(event)) ?? names.get(key);
    if (!name || ((event.ctrlKey || event.metaKey) && !names.has(pressed(event)))) return;
    event.preventDefault();
    act(actions, name);
  });
}

/**
 * Whose digit it is: 1 to 9, and 0 for the tenth; with Shift the eleventh and on. By the key's place,
 * because what Shift makes of a digit differs between keyboards.
 * @param {number} digit @param {boolean} shift
 */
function placeOf(digit, shift) {
  return ((digit + 9) % 10) + (shift ? 10 : 0);
}

/** @param {number} place @returns {string} how the key of that person is written; nothing from the 21st on */
export function keyOf(place) {
  return place < 20 ? `${place < 10 ? "" : "⇧"}${(place + 1) % 10}` : "";
}

/** @param {Actions} actions @param {string} name */
export function act(actions, name) {
  /** @type {Record<string, () => unknown>} */ (/** @type {unknown} */ (actions))[name]();
}

/** @param {KeyboardEvent} event */
function pressed({ key, shiftKey, ctrlKey, metaKey }) {
  const letter = key.length === 1 ? key.toLowerCase() : key;
  return [...(ctrlKey || metaKey ? ["Control"] : []), ...(shiftKey ? ["Shift"] : []), letter].join("+");
}

/** @param {Translate} t */
export function showKeys(t) {
  const rows = KEYS.map(([name, , shown]) => h("div", {}, h("dt", {}, h("kbd", {}, shown)), h("dd", {}, t(`workbench.key_${name}`))));
  const digits = h("div", {}, h("dt", {}, h("kbd", {}, "1 … 9, 0, ⇧1 …")), h("dd", {}, t("workbench.key_assign")));
  const help = h("div", {}, h("dt", {}, h("kbd", {}, "H ?")), h("dd", {}, t("workbench.keys")));
  const list = h("dl", { class: "bench-help", tabindex: "0" }, ...rows, digits, help);
  return ask(t("workbench.keys"), list, [{ value: "", label: t("form.close") }]);
}
