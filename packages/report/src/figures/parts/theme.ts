/**
 * Okabe and Ito's colours without the two that fade on white, ordered so that neighbours differ in
 * lightness too.
 */
export const colours = [
  '#0072B2',
  '#D55E00',
  '#000000',
  '#009E73',
  '#A8528B',
  '#8C6D00',
  '#56B4E9',
  '#777777',
] as const;

/**
 * Fills of neighbouring bars: a ramp of lightness, told apart in black and white; all with a dark
 * outline.
 */
export const fills = [
  '#FFFFFF',
  '#A9D3EC',
  '#3A93C3',
  '#11395C',
  '#E69F00',
  '#7A7A7A',
  '#009E73',
  '#D55E00',
  '#CC79A7',
  '#F0E442',
  '#004D40',
  '#D9D9D9',
  '#56B4E9',
  '#8C6D00',
  '#A8528B',
  '#4B3F8F',
] as const;

export const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];

export const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 2],
  [10, 4],
  [1, 3],
  [6, 2, 2, 2, 2, 2],
];

export const ink = '#222222';
export const faint = '#6B6B6B';
/** The page's own ground; not quite white, so that the dark page finds it. */
export const ground = '#FFFFFD';
const rule = '#DDDDDD';
export const fontName = 'DejaVu Sans';
const fallback = `${fontName}, Verdana, sans-serif`;

/** Plot width of one journal column: 84 mm at 96 units to the inch, less the axis. */
export const columnWidth = 240;

/** Shared look: sober, one font, horizontal rules only. */
export const config = {
  font: fallback,
  background: '#FFFFFF',
  padding: 4,
  view: { stroke: null },
  axis: {
    labelFontSize: 9,
    titleFontSize: 10,
    titleFontWeight: 'normal',
    labelColor: ink,
    titleColor: ink,
    domainColor: faint,
    tickColor: faint,
    gridColor: rule,
    gridWidth: 0.6,
    tickSize: 3,
    labelLimit: 150,
    titleLimit: 260,
  },
  axisX: { grid: false },
  legend: {
    labelFontSize: 9,
    titleFontSize: 9,
    titleFontWeight: 'normal',
    orient: 'bottom',
    direction: 'vertical',
    labelLimit: 220,
    symbolSize: 45,
    symbolStrokeWidth: 1.4,
    labelColor: ink,
    titleColor: ink,
    columnPadding: 8,
    rowPadding: 2,
    offset: 6,
  },
  header: { labelFontSize: 10, titleFontSize: 10, labelColor: ink, titleColor: ink },
  title: { fontSize: 11, anchor: 'start', fontWeight: 'bold', color: ink, offset: 6 },
  range: { category: colours, symbol: shapes },
} as const;

/**
 * Member `i` of a palette that begins again after its end. Every further round starts `shift`
 * members later, so that colour, dash and shape with different shifts never repeat together: 64
 * lines can be told from each other.
 */
export const member = <T>(palette: readonly T[], i: number, shift = 0): T => {
  const value = palette[(i + shift * Math.floor(i / palette.length)) % palette.length];
  if (value === undefined) throw new RangeError('an empty palette has no members');
  return value;
};

/** The first n members of a palette, as `member` gives them. */
export const cycle = <T>(palette: readonly T[], n: number, shift = 0): T[] =>
  Array.from({ length: n }, (_, i) => member(palette, i, shift));
