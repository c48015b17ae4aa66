// Nx loads JavaScript. What it loads here brings in the TypeScript beside it.
const generator = (kind) => async (tree, options) => {
  const { tsImport } = await import('tsx/esm/api');
  const { generate } = await tsImport('./generate.ts', import.meta.url);
  return generate(kind, tree, options);
};

export const method = generator('method');
export const law = generator('law');
export const dataset = generator('dataset');
export const model = generator('model');
export const adapter = generator('adapter');
export const table = generator('table');
export const experiment = generator('experiment');
