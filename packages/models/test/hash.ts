/**
 * 32-bit FNV-1a over the decimal ids, as eight hex digits: a compact witness of a whole row of
 * token ids.
 */
export const hashIds = (ids: ArrayLike<number>): string => {
  let h = 0x811c9dc5;
  for (const char of Array.from(ids).join(' ')) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return h.toString(16).padStart(8, '0');
};
