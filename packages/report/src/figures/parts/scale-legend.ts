/** What the shades of tiles mean: a strip of numbers, named where nothing above names them. */
export const scaleLegend = (title: string | null) => ({
  title,
  direction: 'horizontal',
  gradientLength: 140,
  gradientThickness: 8,
  tickCount: 3,
  titleAnchor: 'start',
  titleLimit: 220,
});
