import { adapterSize, adapters, type LinearSpec, type Model } from '@lab/adapter';
import { check } from '../check.ts';
import { citeHeteroLora } from '../papers.ts';
import { range } from '../real/batch.ts';
import { equal, type CheckRow } from '../row.ts';

const [width, layers] = [1024, 24];

/** OPT-350M as far as counting goes: the query and value maps of 24 layers, 1024 wide. */
const shape: Pick<Model, 'name' | 'linears'> = {
  name: 'opt-350m',
  linears: range(layers).flatMap((layer) =>
    ['query', 'value'].map((name): LinearSpec => ({
      path: `layer.${layer}.attention.${name}`,
      layer,
      dIn: width,
      dOut: width,
      per: 'token',
    })),
  ),
};

/**
 * Parameters of LoRA of rank r on a whole list of maps, as the adapter of this repository counts
 * them.
 */
const loraSize = (r: number): number =>
  adapterSize(adapters.build(adapters.parse({ name: 'lora', r, target_modules: ['query', 'value'] }), shape as Model));

/**
 * residual1, residual2, shortcut1 in every layer; shortcut2 in every layer but the first (section
 * 3.1).
 */
const shortcuts = 3 * layers + (layers - 1);

export const budgets = check({
  name: 'budgets',
  group: 'heterolora',
  claim: 'The compared configurations have equal numbers of trainable parameters.',
  cite: citeHeteroLora('section 3; configurations of the authors’ repository'),
  prediction:
    '48·24 = 36·32 and 48·6 = 36·8 module-ranks; 98,304 r for LoRA, 194,560 r for shortcuts; 36 modules on ' +
    'at a quarter',
  procedure: 'parameters counted by the LoRA of this repository on the query and value maps of OPT-350M’s shape',
  limits: 'r = 8 with all shortcuts (2.34 M) is 0.7 % below the others (2.36 M): equal only nearly',
  // Modules that are on at a share, among LoRA's 48 and the 95 shortcuts.
  formula: (share: number) => Math.floor(share * 48) + Math.round(share * shortcuts),
  perturbed: {
    change: 'both shares rounded down',
    formula: (share: number) => Math.floor(share * 48) + Math.floor(share * shortcuts),
  },
  measure: () => {
    const perModule = (r: number) => loraSize(r) / shape.linears.length;
    return { perModule, sizes: [2, 6, 8, 24, 32].map((r) => ({ r, size: loraSize(r) })) };
  },
  rows: ({ perModule, sizes }, on): readonly CheckRow[] => [
    ...sizes.map(({ r, size }) => equal('parameters of LoRA on q and v', { r }, 98_304 * r, size, {})),
    equal('parameters of all shortcuts', { r: 8 }, 194_560 * 8, shortcuts * perModule(8), {}),
    equal('modules on at a quarter', { share: 0.25 }, on(0.25), 36, {}),
    equal('budget: LoRA r = 24 against a quarter at r = 32', {}, on(0.25) * perModule(32), loraSize(24), {}),
    equal('budget: LoRA r = 6 against a quarter at r = 8', {}, on(0.25) * perModule(8), loraSize(6), {}),
    equal(
      'budget: static, a quarter of 48 at r = 8 against r = 2',
      {},
      Math.floor(0.25 * 48) * perModule(8),
      loraSize(2),
      {},
    ),
  ],
});
