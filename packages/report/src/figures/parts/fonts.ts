import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const resolve = createRequire(import.meta.url).resolve;
const face = (name: string): string => resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** Files handed to the PNG renderer: the only fonts it may use. */
const [regular, bold, oblique] = [face('DejaVuSans'), face('DejaVuSans-Bold'), face('DejaVuSans-Oblique')];
export const fontFiles: readonly string[] = [regular, bold, oblique];

/** Advance widths of one TrueType face, in em. */
interface Face {
  readonly advance: (codePoint: number) => number;
}

const tables = (bytes: Buffer): Map<string, number> => {
  const offsets = new Map<string, number>();
  for (let i = 0; i < bytes.readUInt16BE(4); i++) {
    const at = 12 + 16 * i;
    offsets.set(bytes.toString('latin1', at, at + 4), bytes.readUInt32BE(at + 8));
  }
  return offsets;
};

/** Offset of the Unicode map of format 4 (basic plane). */
const unicodeMap = (bytes: Buffer, cmap: number): number => {
  for (let i = 0; i < bytes.readUInt16BE(cmap + 2); i++) {
    const at = cmap + bytes.readUInt32BE(cmap + 4 + 8 * i + 4);
    if (bytes.readUInt16BE(at) === 4) return at;
  }
  throw new Error('the font has no basic Unicode map');
};

/**
 * Reads `head`, `hhea`, `hmtx` and `cmap`: all that the width of a line needs (OpenType
 * specification).
 */
const readFace = (file: string): Face => {
  const bytes = readFileSync(file);
  const at = tables(bytes);
  const tableAt = (name: string): number => {
    const offset = at.get(name);
    if (offset === undefined) throw new Error(`${file}: the font has no table "${name}"`);
    return offset;
  };
  const unitsPerEm = bytes.readUInt16BE(tableAt('head') + 18);
  const metrics = bytes.readUInt16BE(tableAt('hhea') + 34);
  const map = unicodeMap(bytes, tableAt('cmap'));
  const widths = tableAt('hmtx');
  const segments = bytes.readUInt16BE(map + 6) / 2;
  const glyph = (code: number): number => {
    for (let s = 0; s < segments; s++) {
      if (bytes.readUInt16BE(map + 14 + 2 * s) < code) continue;
      const start = bytes.readUInt16BE(map + 16 + 2 * segments + 2 * s);
      if (start > code) return 0;
      const delta = bytes.readUInt16BE(map + 16 + 4 * segments + 2 * s);
      const rangeAt = map + 16 + 6 * segments + 2 * s;
      const range = bytes.readUInt16BE(rangeAt);
      if (range === 0) return (code + delta) & 0xffff;
      const index = bytes.readUInt16BE(rangeAt + range + 2 * (code - start));
      return index === 0 ? 0 : (index + delta) & 0xffff;
    }
    return 0;
  };
  const known = new Map<number, number>();
  const advance = (code: number): number => {
    let width = known.get(code);
    if (width === undefined) {
      const g = Math.min(code > 0xffff ? 0 : glyph(code), metrics - 1);
      width = bytes.readUInt16BE(widths + 4 * g) / unitsPerEm;
      known.set(code, width);
    }
    return width;
  };
  return { advance };
};

const faces = new Map<string, Face>();
const faceOf = (file: string): Face => {
  const known = faces.get(file) ?? readFace(file);
  faces.set(file, known);
  return known;
};

/**
 * Width of one line in DejaVu Sans, in the unit of `size`: the sum of advances (kerning is below a
 * pixel here).
 */
export const textWidth = (line: string, size: number, isBold: boolean): number => {
  const { advance } = faceOf(isBold ? bold : regular);
  let sum = 0;
  for (const c of line) sum += advance(c.codePointAt(0) ?? 0);
  return sum * size;
};
