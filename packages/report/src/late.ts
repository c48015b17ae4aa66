// vega is large: it is loaded when something is drawn, not by every command that names a report.

/** See `writeReportFiles` of render.ts. */
export const renderReport: typeof import('./render.ts').writeReportFiles = async (...args) =>
  (await import('./render.ts')).writeReportFiles(...args);

/** See `pageHtml` of page/page.ts. */
export const renderPage = async (...args: Parameters<typeof import('./page/page.ts').pageHtml>): Promise<string> =>
  (await import('./page/page.ts')).pageHtml(...args);

/** See `drawSpec` of figures/draw.ts. */
export const draw: typeof import('./figures/draw.ts').drawSpec = async (...args) =>
  (await import('./figures/draw.ts')).drawSpec(...args);
