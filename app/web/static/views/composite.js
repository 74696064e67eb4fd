// @ts-check
/** The meeting's video while it is being made: follows how far it is. Buttons are wired elsewhere. */

import { say } from "./dom.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */

/** It takes minutes; asking more often tells nothing new. */
const ASK_MS = 2000;
const UNDER_WAY = ["waiting", "rendering"];

/** @param {HTMLElement} section @param {Api} api @param {Translate} t */
export function followComposite(section, api, t) {
  const { path = "", state = "" } = section.dataset;
  if (UNDER_WAY.includes(state)) setTimeout(ask, ASK_MS);

  async function ask() {
    const made = await api.get(path).catch(() => null);
    if (made && !UNDER_WAY.includes(made.state)) return location.reload();
    const progress = section.querySelector("progress");
    const words = section.querySelector("[role=status]");
    if (made && progress && words) {
      progress.value = made.progress;
      const percent = made.progress;
      say(words, made.state === "waiting" ? t("composite.waiting") : t("composite.progress", { percent }));
    }
    setTimeout(ask, ASK_MS);
  }
}
