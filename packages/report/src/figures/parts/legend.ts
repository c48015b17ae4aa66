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

const titleSize = 10;

/** An axis title in lines that fit beside an axis of a height. */
export const titleLines = (title: string, height: number): readonly string[] =>
  title.split(' ').reduce<readonly string[]>((lines, word) => {
    const longer = [lines.at(-1), word].filter((part) => part !== undefined).join(' ');
    const fits = lines.length > 0 && textWidth(longer, titleSize, false) <= height;
    return fits ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, []);
