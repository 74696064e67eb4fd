// @ts-check
/** Texts by key, from the same catalogues that the pages are made of. */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Translate */

/**
 * @param {string} language
 * @returns {Promise<Translate>}
 */
export async function loadTexts(language) {
  const response = await fetch(`/languages/${language}.json`);
  /** @type {Record<string, string>} */
  const texts = response.ok ? await response.json() : {};
  return (key, values = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
