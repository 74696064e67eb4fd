// @ts-check
/** The page where a coder codes: what was decided is kept here until the server has it. */

import { Api, ApiError } from "./client/api.js";
import { Decisions } from "./client/decisions.js";
import { loadTexts } from "./client/languages.js";
import { Work } from "./client/work.js";
import { Coder } from "./views/coder.js";
import { CoderAside, decided, noted } from "./views/coder_aside.js";
import { say } from "./views/dom.js";

/** @typedef {import("./client/decisions.js").Aside} Aside */
/** @typedef {import("./client/decisions.js").Item} Item */
/** @typedef {import("./client/work.js").Cell} Cell */

/** @type {import("./client/work.js").WorkData} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const { lang } = document.documentElement;
const t = await loadTexts(lang);
const api = new Api(lang);
const work = new Work(data);
const root = `/coding-assignments/${work.id}`;
/** @type {Coder | null} */
let coder = null;

const decisions = new Decisions(
  api,
  localStorage,
  `coding.${work.id}`,
  (state, count) => coder?.saved(state, count),
  () => aside.show(decisions.aside.all()),
);
const aside = new CoderAside(t, { isPossible, again, leave });
for (const item of decisions.waiting.all()) {
  const { turn, axis, cell, memo } = read(item);
  if (axis && cell.version_id === work.version) work.set(turn, axis, cell);
  else if (!axis) work.memos.set(turn, memo);
}

coder = new Coder(work, data.audio, t, {
  decide(turn, axis) {
    const body = { version_id: work.version, ...work.cell(turn, axis), decided_at: new Date().toISOString() };
    decisions.put(`${root}/turns/${turn}/axes/${axis}`, body, decided(work, turn, axis, t));
  },
  note(turn, body) {
    const memo = { body, decided_at: new Date().toISOString() };
    decisions.put(`${root}/turns/${turn}/memo`, memo, noted(work, turn, body, t));
  },
  renew: () => api.stay(),
  async finish() {
    await decisions.send();
    try {
      await api.post(`${root}/finish`);
      location.reload();
    } catch (reason) {
      if (!(reason instanceof ApiError) || !coder) throw reason;
      say(coder.problem, reason.title || t("form.failed"));
    }
  },
});
document.getElementById("coder")?.replaceChildren(aside.element, coder.element);
aside.show(decisions.aside.all());
decisions.send();
addEventListener("online", () => decisions.send());

/** @param {Item} item */
function read({ path, body }) {
  const [, , , , turn, kind, axis] = path.split("/");
  const cell = /** @type {Cell & {version_id: string}} */ (/** @type {unknown} */ (body));
  return { turn, axis: kind === "axes" ? axis : null, cell, memo: String(body.body) };
}

/** Whether the turn and the codes are on this page, which the server may take another time.
 * @param {Aside} item */
function isPossible(item) {
  const { turn, axis, cell } = read(item);
  if (work.isDone || item.code === "coding_turn_changed" || !work.mine.some(({ id }) => id === turn)) return false;
  if (!axis) return true;
  const isOld = item.code === "coding_version_changed" && cell.version_id === work.version;
  return !isOld && work.knows(axis, cell.code_ids);
}

/** Decided now, with the codebook of this page. @param {Aside} item */
function again(item) {
  const { turn, axis, cell, memo } = read(item);
  const decided_at = new Date().toISOString();
  if (axis) work.set(turn, axis, cell);
  else work.memos.set(turn, memo);
  decisions.put(item.path, { ...item.body, ...(axis ? { version_id: work.version } : {}), decided_at }, item.said);
  leave(item);
  coder?.go(coder.place, false);
}

/** @param {Aside} item */
function leave(item) {
  decisions.aside.drop(item.id);
  aside.show(decisions.aside.all());
}
