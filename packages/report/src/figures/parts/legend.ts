import { textWidth } from './fonts.ts';
import { columnWidth } from './theme.ts';

/** Room that a symbol and its gap take before a label. */
const symbol = 26;
const labelSize = 9;

/** As many legend columns (at most 3) as fit under one plot with the longest of the names. */
export const legendColumns = (names: readonly string[]): number => {
  const longest = Math.max(0, ...names.map((name) => textWidth(name, labelSize, false)));
  return Math.max(1, Math.min(3, Math.floor((columnWidth + 30) / (longest + symbol))));
};
