// @ts-check
/** The meeting page: client events → store → views. */

import { renew, send } from "./client/answers.js";
import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { Meeting } from "./client/meeting.js";
import { Notes } from "./client/notes.js";
import { farewell } from "./views/farewell.js";
import { Lobby } from "./views/lobby.js";
import { RoomView } from "./views/room.js";

/**
 * @typedef {object} PageData
 * @property {"fi" | "sv" | "en"} language
 * @property {{id: string, title: string, starts_at: string}} meeting
 * @property {{id: string, name: string}} group
 * @property {{id: string, name: string}} me
 * @property {boolean} writes_notes
 * @property {import("./views/consent.js").Consents & {text_version: number}} consent
 */

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {PageData} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(data.language);
const api = new Api(data.language);

let left = false;
let scheduled = false;
/** @type {Lobby | RoomView | null} */
let view = null;

const meeting = new Meeting(() => api.post(`/meetings/${data.meeting.id}/join`), {
  changed: render,
  refused: (code) => {
    if (view instanceof RoomView) view.tell(t(`refused.${code}`));
  },
});

/** What I note down goes by its own way: nobody in the room is told, and it outlives the room. */
const notes = data.writes_notes ? new Notes(api, localStorage, data.meeting.id, data.me.id, render) : null;
addEventListener("online", () => notes?.send());

/** Several facts in one turn of the event loop are drawn once. */
function render() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    draw();
  });
}

function draw() {
  const ending = endingNow();
  if (ending) {
    if (!app.querySelector(".farewell")) end(ending);
    return;
  }
  if (meeting.room.stage === "inside" && !(view instanceof RoomView)) {
    show(new RoomView(meeting, data, t, { left: leave, decide, notes }));
  }
  view?.update();
}

/** @returns {import("./views/farewell.js").Ending | null} */
function endingNow() {
  const { stage } = meeting.room;
  if (left) return "left";
  if (stage === "denied" || stage === "replaced" || stage === "ended") return stage;
  return meeting.failure ? "failed" : null;
}

/** @param {import("./views/farewell.js").Ending} ending */
function end(ending) {
  meeting.close();
  view?.close();
  view = null;
  document.querySelector("dialog[open]")?.remove();
  app.replaceChildren(farewell(ending, meeting.failure?.title ?? "", data, t));
  app.querySelector("h1")?.focus();
}

/** @param {Lobby | RoomView} next */
function show(next) {
  view?.close();
  view = next;
  app.replaceChildren(next.element);
}

function join() {
  if (!(view instanceof Lobby) || view.joining) return;
  view.joining = true;
  view.update();
  meeting.join();
}

async function leave() {
  left = true;
  await meeting.leave();
  render();
}

/** In the room the node must hear it first: it stops writing before it writes it down. Pictures and
 * sound go on while it cannot hear us, so a "no" then goes into the ledger, which the node follows.
 * @type {import("./views/consent.js").Decide} */
async function decide(purpose, decision, keeps_earlier) {
  const { consent, group, language } = data;
  const answer = { purpose, decision, text_version: consent.text_version, text_language: language, keeps_earlier };
  if (meeting.room.stage === "inside") {
    const command = { type: /** @type {const} */ ("decide_consent"), ...answer };
    if (decision === "granted") {
      if (await meeting.command({ ...command, seen: consent.seen })) return null;
      await renew(api, group.id, consent);
      return "";
    }
    const heard = await meeting.urge(command);
    if (heard !== null) return heard ? null : "";
  }
  return send(api, group.id, consent, answer);
}

// Without this the others would see a ghost for as long as a lost connection may come back.
addEventListener("pagehide", () => meeting.leave());

const lobby = new Lobby(meeting, data, t, { join, leave, decide });
show(lobby);
lobby.update();
await lobby.prepare();
