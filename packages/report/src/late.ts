// vega is large: it is loaded when something is drawn, not by every command that names a report.

/** See `renderReport` of render.ts. */
export const renderReport: typeof import('./render.ts').renderReport = async (...args) =>
  (await import('./render.ts')).renderReport(...args);

/** See `renderPage` of render.ts. */
export const renderPage = async (...args: Parameters<typeof import('./render.ts').renderPage>): Promise<string> =>
  (await import('./render.ts')).renderPage(...args);

/** See `draw` of figures/draw.ts. */
export const draw: typeof import('./figures/draw.ts').draw = async (...args) =>
  (await import('./figures/draw.ts')).draw(...args);
