// @ts-check
/** The workbench: everybody's turns on one time line, to be corrected and accepted. */

import { Api, ApiError } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { Shelf } from "./client/shelf.js";
import { agreed, ask } from "./views/dialogs.js";
import { localise } from "./views/times.js";
import { Actions } from "./workbench/actions.js";
import { Bench } from "./workbench/bench.js";
import { Conflicts } from "./workbench/conflicts.js";
import { listen } from "./workbench/keys.js";
import { Lanes } from "./workbench/lanes.js";
import { Marks } from "./workbench/marks.js";
import { isDone } from "./workbench/operations.js";
import { Panel } from "./workbench/panel.js";
import { Queue } from "./workbench/queue.js";
import { Sound } from "./workbench/sound.js";
import { Waves } from "./workbench/waves.js";

/** @typedef {{id: string, name: string, hue: number, may_speak: boolean, heard: [number, number][], peaks: string | null, files: {url: string, start_ms: number, duration_ms: number}[]}} Person */
/** @typedef {import("./workbench/marks.js").Mark} Mark */
/** @typedef {{id: string, me: string, duration_ms: number, people: Person[], mix: Person | null, notes: Mark[], notes_withheld: boolean, chat: Mark[], chat_withheld: boolean, may_remove_chat: boolean}} PageData
 * `mix`: everybody's voices in one, without an id, where nobody has a sound of their own */

/** Others' edits are asked for this often. Lower: more requests. Higher: more conflicts. */
const NEWS_MS = 10_000;

const { lang } = document.documentElement;
/** @type {PageData} */
const { id, me, duration_ms, people, mix, notes, notes_withheld, chat, chat_withheld, may_remove_chat } = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(lang);
const api = new Api(lang);
const path = `/recordings/${id}`;
localise();

const bench = new Bench(duration_ms, changed, new Shelf(localStorage, `aside.${id}.${me}`));
const queue = new Queue(
  { send: (edit) => api.post(`${path}/edits`, { id: edit.id, operation: edit.operation }), saved, refused, changed },
  new Shelf(localStorage, `edits.${id}.${me}`),
);
bench.queue = queue;
/** Shown and heard; only people speak. */
const shown = mix ? [...people, mix] : people;
const sound = new Sound(shown, duration_ms, changed, () => api.stay());
const read = { seek: (/** @type {number} */ ms) => actions.play_from(ms), changed: () => lanes.want() };
const noted = new Marks("note", notes, { ...read, step: (way) => (way > 0 ? actions.next_note() : actions.previous_note()) }, { withheld: notes_withheld }, t);
const written = new Marks("chat", chat, { ...read, step: (way) => (way > 0 ? actions.next_chat() : actions.previous_chat()) }, { withheld: chat_withheld, remove: may_remove_chat ? removeLine : undefined }, t);
const lanes = new Lanes(shown, duration_ms, {
  label: t("workbench.lanes"),
  overlaps: t("workbench.overlaps"),
  marked: [noted, written].filter(({ marks }) => marks.length),
  show: () => ({ turns: bench.order, selected: actions.selected, loops: Boolean(sound.loop), position_ms: sound.position_ms, heard: (person) => sound.isHeard(person) }),
  pick: (turn, ms) => actions.pick(turn, ms),
  // Where an edge may be meant to go: where the machine heard this person begin and end, or the sound stands.
  points: ({ user_id }) => [...(people.find((one) => one.id === user_id)?.heard ?? []).flat(), Math.round(sound.position_ms)],
  move: (turn, start_ms, end_ms) => actions.move(turn, start_ms, end_ms),
});
const actions = new Actions({ bench, lanes, sound, people, notes: noted, chat: written }, { changed, say: (key) => panel.tell(t(key)), older, dismiss, bring_back });
const panel = new Panel(actions, people, t);
const conflicts = new Conflicts(actions, people, t);
document.getElementById("bench")?.replaceChildren(conflicts.element, panel.top, lanes.element, noted.element, written.element, panel.bottom, sound.element);

listen(lanes.field, actions, t);
start();

async function start() {
  try {
    queue.open();
    bench.load(await api.get(`${path}/workbench`));
    queue.wake();
  } catch (reason) {
    if (!(reason instanceof ApiError)) throw reason;
    await ask(t("workbench.title"), reason.title || t("workbench.unreachable"), [{ value: "", label: t("workbench.again") }]);
    return location.reload();
  }
  lanes.field.focus({ preventScroll: true });
  addEventListener("online", () => queue.wake());
  setInterval(() => document.hidden || news(), NEWS_MS);
  requestAnimationFrame(frame);
  for (const { id: person, peaks } of shown) {
    const document_ = peaks && (await api.get(peaks).catch(() => null));
    if (document_) lanes.waves.set(person, new Waves(document_));
    lanes.want();
  }
}

/** The state of everything, shown. What is shown already costs nothing. */
function changed() {
  if (!bench.find(actions.selected)) actions.selected = null;
  panel.update(queue);
  conflicts.update();
  lanes.want();
}

function frame() {
  if (sound.playback.playing) {
    sound.tick();
    panel.tick();
    lanes.reveal(sound.position_ms);
  }
  requestAnimationFrame(frame);
}

/** @param {import("./workbench/operations.js").Edit} edit @param {import("./workbench/bench.js").Done} answer */
function saved(edit, answer) {
  bench.saved(edit, answer);
  if (answer.sequence > bench.sequence) void news();
}

/** What stands there now is fetched first, so that the words about it are true.
 * @param {import("./workbench/operations.js").Edit} edit @param {ApiError} reason */
async function refused(edit, reason) {
  const found = await api.get(`${path}/workbench`).catch(() => null);
  if (!isDone(edit, found?.turns ?? [])) bench.setAside(edit, reason.title, reason.details.edits ?? []);
  if (found) bench.load(found);
  else bench.again();
}

async function news() {
  const found = await api.get(`${path}/edits?after=${bench.sequence}`).catch(() => null);
  if (!found) return;
  if (found.index_id !== bench.index_id) await older();
  else bench.hear(found.edits);
}

/** Nobody speaks there. It is no turn and waits for nothing: without the server it is not done.
 * @param {import("./workbench/bench.js").Turn} span */
async function dismiss({ start_ms, end_ms }) {
  await told(api.post(`${path}/dismissed-speech`, { start_ms, end_ms }));
}

/** Whether this line of the chat is gone for good. @param {Mark} mark */
async function removeLine({ id: line }) {
  const isMeant = await agreed(t, t("workbench.remove_chat"), t("workbench.remove_chat_why"), { kind: "danger" });
  return isMeant && told(api.send("DELETE", `${path}/chat/${line}`));
}

async function bring_back() {
  if (await told(api.send("DELETE", `${path}/dismissed-speech`))) await older();
}

/** Whether the server did it; else what it says stands below, and what it has is shown.
 * @param {Promise<unknown>} asked */
async function told(asked) {
  try {
    await asked;
    return true;
  } catch (reason) {
    if (!(reason instanceof ApiError)) throw reason;
    await older();
    panel.tell(reason.title || t("workbench.unreachable"));
    return false;
  }
}

/** Everything anew: other rules made other proposals, or all that was at hand has been undone. */
async function older() {
  const found = await api.get(`${path}/workbench`).catch(() => null);
  if (found) bench.load(found);
}
