// vega is large: it is loaded when something is drawn, not by every command that names a report.

/** See `writeReportFiles` of render.ts. */
export const renderReport: typeof import('./render.ts').writeReportFiles = async (...args) =>
  (await import('./render.ts')).writeReportFiles(...args);

/** See `writePageFile` of render.ts. */
export const renderPage = async (...args: Parameters<typeof import('./render.ts').writePageFile>): Promise<string> =>
  (await import('./render.ts')).writePageFile(...args);

/** See `drawSpec` of figures/draw.ts. */
export const draw: typeof import('./figures/draw.ts').drawSpec = async (...args) =>
  (await import('./figures/draw.ts')).drawSpec(...args);
