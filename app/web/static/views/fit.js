// @ts-check
/** The grid that shows a number of tiles as large as they can be. Pure. */

/** Wide pictures lose least; squarer ones are taken when they fill the space clearly better. */
const SHAPES = [
  { ratio: 16 / 9, worth: 1 },
  { ratio: 4 / 3, worth: 0.96 },
  { ratio: 1, worth: 0.9 },
];

/**
 * @param {number} count @param {number} width @param {number} height @param {number} gap
 * @returns {{columns: number, width: number, height: number}} of one tile, whole pixels
 */
export function fit(count, width, height, gap) {
  let best = { columns: 1, width: 0, height: 0 };
  let most = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const room = (width - gap * (columns - 1)) / columns;
    const tall = (height - gap * (rows - 1)) / rows;
    for (const { ratio, worth } of SHAPES) {
      const wide = Math.min(room, tall * ratio);
      const value = wide * (wide / ratio) * worth;
      if (wide <= 0 || value <= most) continue;
      most = value;
      best = { columns, width: Math.floor(wide), height: Math.floor(wide / ratio) };
    }
  }
  return best;
}
