import type { View } from 'vega';
import { button, make } from './dom.ts';

/** Hands a text or picture to the reader as a file. */
export const saveFile = (name: string, content: string | Blob, type = 'text/plain'): void => {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const link = make('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

/** How much larger than on the screen a saved picture is. */
const pictureScale = 3;

const toBlob = (canvas: HTMLCanvasElement): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));

/** Buttons that save a plot of the explorer, as it is shown, as SVG and PNG. */
export const plotDownloads = (name: string, view: () => View | null): HTMLElement => {
  const svg = async () => {
    const text = await view()?.toSVG();
    if (text !== undefined) saveFile(`${name}.svg`, text, 'image/svg+xml');
  };
  const png = async () => {
    const canvas = await view()?.toCanvas(pictureScale);
    const blob = canvas && (await toBlob(canvas));
    if (blob) saveFile(`${name}.png`, blob);
  };
  return make(
    'span',
    { class: 'downloads' },
    button('SVG', () => void svg()),
    button('PNG', () => void png()),
  );
};

/** A drawing of the report as a picture of pixels, on white. */
const pngOf = async (svg: SVGElement): Promise<Blob | null> => {
  const [width = 0, height = 0] = [svg.getAttribute('width'), svg.getAttribute('height')].map(Number);
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.outerHTML)}`;
  await image.decode();
  const canvas = make('canvas', { width: width * pictureScale, height: height * pictureScale });
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.fillStyle = '#FFFFFF';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return toBlob(canvas);
};

/** A table as the report wrote it to disk. */
export interface TableFiles {
  readonly name: string;
  readonly csv: string;
  readonly tex: string;
}

/** Gives every table and figure of the report its files. */
export const startDownloads = (tables: { readonly [id: string]: TableFiles }): void => {
  for (const place of document.querySelectorAll<HTMLElement>('[data-download-table]')) {
    const files = tables[place.dataset.downloadTable ?? ''];
    if (!files) continue;
    const { name, csv, tex } = files;
    place.append(
      button('CSV', () => saveFile(`${name}.csv`, csv, 'text/csv')),
      button('TeX', () => saveFile(`${name}.tex`, tex)),
    );
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-download-figure]')) {
    const name = place.dataset.downloadFigure ?? 'figure';
    const still = place.closest('figure')?.querySelector<SVGElement>('.still svg');
    if (!still) continue;
    const png = async () => {
      const blob = await pngOf(still);
      if (blob) saveFile(`${name}.png`, blob);
    };
    place.append(
      button('SVG', () => saveFile(`${name}.svg`, still.outerHTML, 'image/svg+xml')),
      button('PNG', () => void png()),
    );
  }
};
