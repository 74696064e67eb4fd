// @ts-check
/** The text of a file that somebody chose: Praat, for one, writes UTF-16 as soon as a name has an ä. */

/** What is in the file is no text in UTF-8 or UTF-16. */
export class NotText extends Error {}

/** What does not read whole is refused, for a guess would spoil å, ä and ö; and what has NULs, as
 * UTF-16 without its mark.
 * @param {Blob} file @returns {Promise<string>} */
export async function textOf(file) {
  const text = await decoded(file).catch(() => null);
  if (text === null || text.includes("\0")) throw new NotText();
  return text;
}

/** Without a mark it is UTF-8. @param {Blob} file */
async function decoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = (bytes[0] << 8) | bytes[1];
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}
