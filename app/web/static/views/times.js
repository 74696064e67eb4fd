// @ts-check
/** Times in the reader's own zone; the server cannot know it. */

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const SHAPES = {
  moment: { weekday: "short", day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit" },
  full: { day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  date: { day: "numeric", month: "long", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
};

/** @param {string} iso @param {string} language @param {string} [shape] */
export function moment(iso, language, shape = "moment") {
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, SHAPES[shape] ?? SHAPES.moment).format(new Date(iso));
}

/** Rewrites every `<time>` of the page whose reader lives in another zone than the server meant. */
export function localise() {
  const language = document.documentElement.lang;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const iso = time.getAttribute("datetime") ?? "";
    time.textContent = moment(iso, language, time.getAttribute("data-shape") ?? "moment");
  }
}
