import type { Arm, ConfigPatch } from '@lab/runner';

/**
 * The paper's targets; with all shortcuts the embedded encoder has 3072 r parameters in branches
 * and 6656 r in shortcuts.
 */
const maps = { target_modules: ['query', 'value'] };
const searched = { share: 0.25, count: 'parameters', search: 'dynamic', proxy: 'grad-norm' } as const;

/**
 * Ranks of one budget: LoRA alone, LoRA with all shortcuts, and a search that keeps a quarter on.
 */
export interface Triple {
  readonly name: string;
  readonly lora: number;
  readonly shortcuts: number;
  readonly searched: number;
}

/**
 * The authors' triples (48 * 24 = 36 * 32 and 48 * 6 = 36 * 8) on the embedded encoder: 76800,
 * 77824 and at most 77824 parameters; 18432, 19456 and at most 19456.
 */
export const triples: { readonly large: Triple; readonly small: Triple } = {
  large: { name: 'large (as 2.36M)', lora: 25, shortcuts: 8, searched: 32 },
  small: { name: 'small (as .59M)', lora: 6, shortcuts: 2, searched: 8 },
};

/** Methods of a budget: the paper's three, and the random controls. */
const adaptersAt = (triple: Triple, how: ConfigPatch): { readonly [method: string]: ConfigPatch } => {
  const hetero = (more: ConfigPatch): ConfigPatch => ({
    name: 'heterolora',
    ...maps,
    r: triple.searched,
    ...searched,
    ...how,
    ...more,
  });
  return {
    LoRA: { name: 'lora', ...maps, r: triple.lora, alpha: 16 },
    'LoRA + shortcuts': { name: 'heterolora', ...maps, r: triple.shortcuts, search: 'none' },
    'HeteroLoRA combined': hetero({}),
    'HeteroLoRA separated': hetero({ budget: 'separated' }),
    'random, dynamic': hetero({ proxy: 'const' }),
    'random, static': hetero({ proxy: 'const', search: 'static' }),
  };
};

const proxies = ['const', 'grad-norm', 'snip', 'synflow', 'alpha-test'] as const;

/** `how` sets scoring batches and times between choices. */
export const armsWith = (how: ConfigPatch): readonly Arm[] => [
  ...Object.values(triples).flatMap((triple) =>
    Object.entries(adaptersAt(triple, how)).map(([method, adapter]) => ({
      labels: { part: 'budgets', budget: triple.name, method },
      config: { adapter },
    })),
  ),
  ...(['static', 'dynamic'] as const).flatMap((search) =>
    proxies.map((proxy) => ({
      labels: { part: 'proxies', proxy, search },
      config: {
        adapter: { name: 'heterolora', r: 8, shortcuts: [], ...searched, ...how, count: 'modules', proxy, search },
      },
    })),
  ),
  { labels: { part: 'proxies', proxy: 'uniform r = 2', search: 'none' }, config: { adapter: { name: 'lora', r: 2 } } },
];
