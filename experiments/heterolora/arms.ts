import type { Arm, ConfigPatch } from '@lab/runner';

const searched = { share: 0.25, search: 'dynamic', proxy: 'grad-norm' } as const;

/**
 * Ranks of one budget: LoRA alone, LoRA with all shortcuts, and a search that keeps a quarter on.
 */
export interface Triple {
  readonly name: string;
  readonly lora: number;
  readonly shortcuts: number;
  readonly searched: number;
}

/** The two budgets, by the names that the report's rows have. */
export interface Triples {
  readonly large: Triple;
  readonly small: Triple;
}

/**
 * The authors' triples (48 * 24 = 36 * 32 and 48 * 6 = 36 * 8) on the embedded encoder: 76800,
 * 77824 and at most 77824 parameters; 18432, 19456 and at most 19456. With all shortcuts it has
 * 3072 r parameters in branches and 6656 r in shortcuts.
 */
export const triples: Triples = {
  large: { name: 'large (as 2.36M)', lora: 25, shortcuts: 8, searched: 32 },
  small: { name: 'small (as .59M)', lora: 6, shortcuts: 2, searched: 8 },
};

/** The authors' own ranks on OPT-350M, from their configurations. */
export const optTriples: Triples = {
  large: { ...triples.large, lora: 24 },
  small: triples.small,
};

/** How adapters are put on a model. */
export interface SearchSetting {
  readonly maps: { readonly target_modules: readonly string[] };
  /** What the share of a search is of. */
  readonly count: 'modules' | 'parameters';
  /** Scoring batches and times between choices. */
  readonly how: ConfigPatch;
}

/** Methods of a budget: the paper's three, and the random controls. */
const adaptersAt = (
  triple: Triple,
  { maps, count, how }: SearchSetting,
): { readonly [method: string]: ConfigPatch } => {
  const hetero = (more: ConfigPatch): ConfigPatch => ({
    name: 'heterolora',
    ...maps,
    r: triple.searched,
    ...searched,
    count,
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

/** Every method at one budget. */
export const budgetArms = (triple: Triple, setting: SearchSetting): readonly Arm[] =>
  Object.entries(adaptersAt(triple, setting)).map(([method, adapter]) => ({
    labels: { part: 'budgets', budget: triple.name, method },
    config: { adapter },
  }));

const proxies = ['const', 'grad-norm', 'snip', 'synflow', 'alpha-test'] as const;

/** LoRA alone at r = 8 on a quarter of the maps, by every proxy; uniform r = 2 beside them. */
export const proxyArms = (how: ConfigPatch, maps: ConfigPatch = {}): readonly Arm[] => [
  ...(['static', 'dynamic'] as const).flatMap((search) =>
    proxies.map((proxy) => ({
      labels: { part: 'proxies', proxy, search },
      config: {
        adapter: {
          name: 'heterolora',
          ...maps,
          r: 8,
          shortcuts: [],
          ...searched,
          ...how,
          count: 'modules',
          proxy,
          search,
        },
      },
    })),
  ),
  {
    labels: { part: 'proxies', proxy: 'uniform r = 2', search: 'none' },
    config: { adapter: { name: 'lora', ...maps, r: 2 } },
  },
];

/** Budgets and proxies on the embedded encoder. */
export const armsWith = (how: ConfigPatch): readonly Arm[] => [
  ...Object.values<Triple>({ ...triples }).flatMap((triple) =>
    budgetArms(triple, { maps: { target_modules: ['query', 'value'] }, count: 'parameters', how }),
  ),
  ...proxyArms(how),
];
