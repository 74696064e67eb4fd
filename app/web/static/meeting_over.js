// @ts-check
/** The page of a meeting that is over, for those who may note something down in it: what a lost
 * connection kept back arrives now. */

import { Api } from "./client/api.js";
import { loadTexts } from "./client/languages.js";
import { Notes } from "./client/notes.js";
import { h } from "./views/dom.js";
import { waitingItems } from "./views/notes.js";
import { NotesList } from "./views/notes_list.js";

const { lang } = document.documentElement;
const section = /** @type {HTMLElement} */ (document.getElementById("notes"));
const t = await loadTexts(lang);
const api = new Api(lang);
new NotesList(section, null, api, t);

const { path = "", me = "" } = section.dataset;
const list = h("ol", { class: "note-list", "aria-live": "polite" });
section.append(list);
const notes = new Notes(api, localStorage, path.split("/")[2], me, show);
const late = arriving();
show();
addEventListener("online", () => notes.send());

/** How many may still arrive. */
function arriving() {
  return notes.waiting.filter(({ refused }) => !refused).length;
}

/** Once nothing is left that may still arrive, the page is asked for with what did. */
function show() {
  list.replaceChildren(...waitingItems(notes, t, show));
  if (late && !arriving()) location.reload();
}
