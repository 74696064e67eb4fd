// @ts-check
/**
 * What somebody did, on this computer until the server has it: each under a key of its own, so that
 * two tabs never write over each other, and a closed laptop loses nothing.
 */

export class Shelf {
  #prefix;
  #count = 0;

  /** @param {Storage} storage @param {string} name of what, whose, and what for */
  constructor(storage, name) {
    this.storage = storage;
    this.#prefix = `emessi.${name}.`;
  }

  /** In the order in which they were made. @returns {any[]} */
  all() {
    return this.#keys().flatMap((key) => read(this.storage.getItem(key)));
  }

  /** False when the browser keeps nothing. @param {{id: string}} item */
  keep(item) {
    const known = this.#keys().find((key) => key.endsWith(item.id));
    const at = String(Date.now()).padStart(15, "0");
    const key = known ?? `${this.#prefix}${at}.${String(this.#count++).padStart(6, "0")}.${item.id}`;
    try {
      this.storage.setItem(key, JSON.stringify(item));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} id */
  drop(id) {
    for (const key of this.#keys()) if (key.endsWith(id)) this.storage.removeItem(key);
  }

  #keys() {
    return Object.keys(this.storage).filter((key) => key.startsWith(this.#prefix)).sort();
  }
}

/** @param {string | null} text */
function read(text) {
  try {
    return text ? [JSON.parse(text)] : [];
  } catch {
    return [];
  }
}
