// @ts-check
/** Accepting an invitation: a name, and a yes or no to every purpose. */

import { h, say, set } from "./dom.js";
import { fail } from "./form.js";

/** @typedef {import("../client/api.js").Api} Api */
/** @typedef {import("../client/languages.js").Translate} Translate */

/** @param {HTMLFormElement} form @param {Api} api @param {Translate} t */
export function wireInvitation(form, api, t) {
  const status = h("p", { class: "status bad", role: "alert" });
  form.noValidate = true;
  form.querySelector(".buttons")?.before(status);
  const purposes = [...form.querySelectorAll("fieldset[data-purpose]")];
  for (const button of form.querySelectorAll("button[data-all]")) {
    const wanted = /** @type {HTMLButtonElement} */ (button).dataset.all;
    button.addEventListener("click", () => {
      for (const purpose of purposes) choice(purpose, wanted ?? "").checked = true;
    });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(status, "");
    const undecided = purposes.find((purpose) => !purpose.querySelector("input:checked"));
    if (undecided) {
      say(status, t("invitation.decide_each"));
      undecided.scrollIntoView({ block: "center" });
      return choice(undecided, "granted").focus();
    }
    const button = form.querySelector("button.go");
    if (button) set(button, "aria-busy", "true");
    try {
      const answer = await api.post(form.dataset.invitation ?? "", answers(form, purposes));
      location.assign(`/groups/${answer.group_id}`);
    } catch (reason) {
      fail(reason, form, status, t);
      if (button) set(button, "aria-busy", null);
    }
  });
}

/** @param {HTMLFormElement} form @param {Element[]} purposes */
function answers(form, purposes) {
  const fields = new FormData(form);
  return {
    name: fields.get("name"),
    language: document.documentElement.lang,
    text_version: Number(form.dataset.version),
    decisions: Object.fromEntries(
      purposes.map((purpose) => {
        const name = purpose.getAttribute("data-purpose") ?? "";
        return [name, fields.get(name)];
      }),
    ),
  };
}

/** @param {Element} purpose @param {string} value @returns {HTMLInputElement} */
function choice(purpose, value) {
  return /** @type {HTMLInputElement} */ (purpose.querySelector(`input[value="${value}"]`));
}
