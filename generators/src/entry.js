// Nx loads JavaScript. What it loads here brings in the TypeScript beside it.
const generator = (kind) => async (tree, options) => {
  const { tsImport } = await import('tsx/esm/api');
  const { runGenerator } = await tsImport('./generate.ts', import.meta.url);
  return runGenerator(kind, tree, options);
};

export const methodGenerator = generator('method');
export const lawGenerator = generator('law');
export const datasetGenerator = generator('dataset');
export const modelGenerator = generator('model');
export const adapterGenerator = generator('adapter');
export const tableGenerator = generator('table');
export const experimentGenerator = generator('experiment');
