// @ts-check
/** The page of a recording: progress while it is being finished, then the player. */

import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { followComposite } from "./views/composite.js";
import { say } from "./views/dom.js";
import { ofTurns, wireImport } from "./views/file_import.js";
import { NotesList } from "./views/notes_list.js";
import { Player } from "./views/player.js";
import { localise } from "./views/times.js";
import { Transcript } from "./views/transcript.js";

/** @typedef {{start_ms: number, end_ms: number, is_backchannel: boolean}} Turn */
/** @typedef {{url: string, start_ms: number, duration_ms: number, has_picture: boolean}} PlayedFile */
/** @typedef {import("./views/preview.js").Sheet} Sheet */
/** @typedef {{id: string, name: string, hue: number, share: number, preview: Sheet | null, files: PlayedFile[], turns: Turn[]}} Person */
/** @typedef {import("./views/transcript.js").Speaker} Speaker */
/** @typedef {{id: string, state: string, duration_ms: number, people: Person[], speakers: Speaker[], members: Speaker[]}} PageData */

/** Finishing takes a minute or so; asking more often tells nothing new. */
const ASK_MS = 2000;

const { lang } = document.documentElement;
/** @type {PageData} */
const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const t = await loadTexts(lang);
localise();

const place = document.getElementById("player");
const progress = document.querySelector("progress");

const player = place && data.duration_ms > 0 ? new Player(data.people, data.duration_ms, t, () => new Api(lang).stay()) : null;
if (place && player) {
  place.replaceChildren(player.element);
  const go = () => {
    const at = moment();
    if (at !== null) player.playback.seek(at);
  };
  addEventListener("hashchange", go);
  go();
} else if (progress || document.getElementById("absent")) {
  setTimeout(ask, ASK_MS);
}

const transcript = document.getElementById("transcript");
if (transcript) new Transcript(transcript, data.speakers, player?.playback ?? null, new Api(lang), t);

const notes = document.getElementById("notes");
if (notes) new NotesList(notes, player?.playback ?? null, new Api(lang), t);

const turnFile = document.querySelector("form[data-turns]");
if (turnFile instanceof HTMLFormElement) {
  const path = turnFile.dataset.turns ?? "";
  wireImport(turnFile, ofTurns(path, t), data.members, new Api(lang), t);
}

const composite = document.getElementById("composite");
if (composite) followComposite(composite, new Api(lang), t);

/** Where the address points to, in ms: `#t=12.5` is a moment as in media fragments; `?at=12500`
 * leaves the fragment for a line of the transcript. */
function moment() {
  const seconds = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  return Number(new URLSearchParams(location.search).get("at")) || null;
}

async function ask() {
  const recording = await new Api(lang).get(`/recordings/${data.id}/status`).catch(() => null);
  if (recording && recording.state !== data.state) return location.reload();
  if (recording && progress) {
    progress.value = recording.progress;
    const words = document.getElementById("progress-words");
    if (words) say(words, t("recording.progress", { percent: recording.progress }));
  }
  setTimeout(ask, ASK_MS);
}
