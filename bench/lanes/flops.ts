import type { Workload } from '../shared/workloads.ts';

/**
 * Useful floating-point operations of one batch: products only, 2 m n k each, and of real tokens
 * only, whatever is padded. A training step counts frozen maps twice (forward, and the gradient of
 * their input), attention and adapters three times. The same count serves every engine and peer.
 */
export const operationsOf = ({ shape, blueprint }: Workload): { readonly train: number; readonly evaluate: number } => {
  const { batch, lengths, r } = shape;
  const tokens = sum(lengths);
  const rows = (per: string) => (per === 'token' ? tokens : batch);
  const { linears } = blueprint.model;
  const frozen = sum(linears.map(({ dIn, dOut, per }) => 2 * rows(per) * dIn * dOut));
  const adapters = sum(blueprint.adapter.targets.map(({ dIn, dOut, per }) => 2 * rows(per) * r * (dIn + dOut)));
  const queries = linears.filter(({ path }) => path.endsWith('query'));
  const attention = sum(queries.map(({ dOut }) => 4 * sum(lengths.map((length) => length * length)) * dOut));
  return { train: 2 * frozen + 3 * (attention + adapters), evaluate: frozen + attention + adapters };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
