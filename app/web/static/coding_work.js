// @ts-check
/** The page where a coder codes: what was decided is kept here until the server has it. */

import { Api, ApiError } from "./client/api.js";
import { Decisions } from "./client/decisions.js";
import { loadTexts } from "./client/languages.js";
import { Work } from "./client/work.js";
import { Coder } from "./views/coder.js";
import { say } from "./views/dom.js";

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
  `emessi-coding-${work.id}`,
  (state, count) => coder?.saved(state, count),
  (_, reason) => coder && say(coder.problem, `${reason.title || t("form.failed")} ${t("coding.reload")}`),
);
for (const { path, body } of decisions.waiting) {
  const [, , , , turn, kind, axis] = path.split("/");
  if (kind === "axes") work.set(turn, axis, /** @type {import("./client/work.js").Cell} */ (/** @type {unknown} */ (body)));
  else work.memos.set(turn, String(body.body));
}

coder = new Coder(work, data.audio, t, {
  decide(turn, axis) {
    const body = { version_id: work.version, ...work.cell(turn, axis), decided_at: new Date().toISOString() };
    decisions.put(`${root}/turns/${turn}/axes/${axis}`, body);
  },
  note(turn, body) {
    decisions.put(`${root}/turns/${turn}/memo`, { body, decided_at: new Date().toISOString() });
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
document.getElementById("coder")?.replaceChildren(coder.element);
decisions.send();
addEventListener("online", () => decisions.send());
