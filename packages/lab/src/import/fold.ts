import { adapters, merge, type Adapter, type HostParams, type PeftAdapter } from '@lab/adapter';
import type { SavableModel } from '@lab/models';
import { BadInput, type Named } from '@lab/records';

/** An adapter with its options and parameters, and the head beside it. */
interface Folded {
  readonly adapter: Adapter;
  readonly options: Named;
  readonly params: HostParams;
  readonly head: HostParams;
}

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The options of an adapter for some of its targets; patterns have a key for each target. */
const optionsFor = (options: Named, paths: readonly string[]): Named => {
  const keys = new Set(paths.map((path) => path.replace(/\W/g, '\\$&')));
  const patterns = ['rank_pattern', 'alpha_pattern'].flatMap((name) => {
    const pattern = options[name];
    return isRecord(pattern)
      ? [[name, Object.fromEntries(Object.entries(pattern).filter(([key]) => keys.has(key)))]]
      : [];
  });
  return { ...options, target_modules: paths, ...Object.fromEntries(patterns) };
};

/**
 * Puts the update of targets that lie in the head (BERT's pooler under `all-linear`) into the
 * head's own weights: a run trains its head whole, so nothing is lost. Throws `BadInput` for an
 * adapter of which nothing else remains.
 */
export const foldedHead = (
  model: SavableModel,
  { adapter, options, params }: PeftAdapter,
  head: HostParams,
  where: string,
): Folded => {
  const own = new Set(model.trainedHead?.tensors.map(({ name }) => name));
  const inHead = adapter.targets.filter(({ path }) => own.has(`${path}.weight`));
  if (inHead.length === 0) return { adapter, options, params, head };
  const paths = adapter.targets.filter((spec) => !inHead.includes(spec)).map(({ path }) => path);
  if (paths.length === 0) throw new BadInput(`${where}: every pair lies in the head, which is trained whole here`);
  const rest = optionsFor(options, paths);
  const remaining = adapters.build(rest, model);
  const names = new Set(remaining.params.map(({ name }) => name));
  return {
    adapter: remaining,
    options: rest,
    params: Object.fromEntries(Object.entries(params).filter(([name]) => names.has(name))),
    head: merge({ ...adapter, targets: inHead, whole: [] }, head, params),
  };
};
