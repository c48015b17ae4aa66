import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { fontFiles, textWidth } from './parts/fonts.ts';
import { fontName } from './parts/theme.ts';

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** Two parts of vega that its type declarations leave out. */
interface Untyped {
  readonly textMetrics: { width: (item: TextItem, line: unknown) => number };
  readonly resetSVGDefIds: () => void;
}

const { textMetrics, resetSVGDefIds } = vega as unknown as Untyped;

// Without a canvas vega guesses 0.8 em a letter; real advances keep labels, legends and margins in
// place.
textMetrics.width = (item, line) =>
  textWidth(
    String(line ?? '').trim(),
    item.fontSize ?? 11,
    item.fontWeight === 'bold' || Number(item.fontWeight) >= 600,
  );

/** A drawn figure. */
export interface Drawing {
  readonly svg: string;
  readonly png: Uint8Array;
  /** The compiled vega specification, for the page. */
  readonly vega: vega.Spec;
}

/** Says nothing, but for errors, which end the drawing. */
const strict: vega.LoggerInterface = {
  ...vega.logger(vega.None),
  error: (...parts: readonly unknown[]) => {
    throw new Error(`a figure could not be drawn: ${parts.map(String).join(' ')}`);
  },
};

/** Names that vega takes for signals, since every object has them; a space tells them apart. */
const withoutInherited = (spec: TopLevelSpec): TopLevelSpec =>
  JSON.parse(
    JSON.stringify(spec, (_, value: unknown) =>
      typeof value === 'string' && value in Object.prototype ? `${value} ` : value,
    ),
  ) as TopLevelSpec;

/** The vega specification of a vega-lite one. */
const compileSpec = (spec: TopLevelSpec): vega.Spec => compile(withoutInherited(spec), { logger: strict }).spec;

/**
 * SVG and PNG (three dots for each unit: 288 to the inch) of a vega-lite specification. Same input,
 * same bytes.
 */
export const drawSpec = async (spec: TopLevelSpec): Promise<Drawing> => {
  const compiled = compileSpec(spec);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: strict });
  resetSVGDefIds();
  const svg = await view.toSVG();
  view.finalize();
  const png = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 3 },
    font: { fontFiles: [...fontFiles], loadSystemFonts: false, defaultFontFamily: fontName },
  })
    .render()
    .asPng();
  return { svg, png, vega: compiled };
};
