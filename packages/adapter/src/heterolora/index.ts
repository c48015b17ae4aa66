import { BadInput, entry } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, Flow } from '../adapter.ts';
import { deltaAt } from '../lora/delta.ts';
import { loraParams } from '../lora/init.ts';
import { loraLinear } from '../lora/linear.ts';
import { loraSites } from '../lora/sites.ts';
import type { Model } from '../model.ts';
import { selectTargets, targetModules } from '../targets.ts';
import { branchesOf, SHORTCUTS, shortcutsOf, sizeOfModule, type Module, type ShortcutModule } from './modules.ts';
import { PROXIES, SWITCHES } from './proxies.ts';
import { heteroSearch } from './search.ts';
import { floatsAt, matrixAt, tensorAt } from '../named.ts';

const options = z.object({
  r: z.number().int().min(1).default(8).describe('rank of every module'),
  alpha: z.number().positive().default(16).describe('scale numerator of LoRA branches'),
  shortcut_alpha: z.number().positive().default(4).describe('scale numerator of shortcuts'),
  shortcuts: z
    .array(z.enum(SHORTCUTS))
    .default([...SHORTCUTS])
    .describe('kinds of shortcuts; [] for LoRA alone'),
  search: z.enum(['none', 'static', 'dynamic']).default('dynamic').describe('none: all modules stay on'),
  proxy: z.enum(PROXIES).default('grad-norm').describe('what ranks modules; const is a random choice'),
  share: z.number().gt(0).max(1).default(0.25).describe('share that is on'),
  count: z.enum(['modules', 'parameters']).default('modules').describe('what the share is of'),
  budget: z.enum(['combined', 'separated']).default('combined').describe('one ranking, or one for each sort'),
  every: z.number().positive().default(0.2).describe('epochs between choices of the dynamic search'),
  scoring_batches: z.number().int().min(1).default(32).describe('batches that scores are taken on; at most one epoch'),
  scoring: z
    .enum(['first', 'redrawn'])
    .default('first')
    .describe('the first training batches at every choice (authors’ code), or others drawn for each'),
  synflow: z
    .enum(['loss', 'outputs'])
    .default('loss')
    .describe('what synflow takes the gradient of: the loss (authors’ code), or the sum of outputs (its own paper)'),
  joins: z
    .enum(['after-norm', 'before-norm'])
    .default('after-norm')
    .describe(
      'shortcut1 and 2 in models that norm after the residual: after that norm, which acts again (authors’ code)',
    ),
  tolerance: z.number().min(0).default(0.01).describe('fall of the metric that alpha-test allows'),
  target_modules: targetModules,
});

/** The switch of module i, shape [1]. */
const switchOf = (params: Params, i: number): tf.Tensor => tf.slice(tensorAt(params, SWITCHES), [i], [1]);

/** s g B A x for x [B, T, d_in], g the module's switch. */
const branch = (x: tf.Tensor, { path, dIn, dOut }: Module, params: Params, gate: tf.Tensor, scale: number) => {
  const down = tf.matMul(tf.reshape(x, [-1, dIn]), matrixAt(params, `${path}.lora_A`), false, true);
  const up = tf.matMul(tf.mul(down, gate), matrixAt(params, `${path}.lora_B`), false, true);
  return tf.reshape(tf.mul(up, scale), [...x.shape.slice(0, -1), dOut]);
};

export const heteroLora = entry<[Model], Adapter, typeof options>({
  name: 'heterolora',
  version: 2,
  summary: 'LoRA branches and LoRA-adapted shortcuts, of which a search by zero-cost proxies keeps a share on',
  cite: {
    title: 'Unlocking the Global Synergies in Low-Rank Adapters',
    year: 2024,
    url: 'https://arxiv.org/abs/2406.14956',
    where: 'sections 2 and 3',
  },
  options,
  build: (o, model) => {
    const { r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const shortcuts = shortcutsOf(model, o.shortcuts);
    if (o.shortcuts.length > 0 && shortcuts.length === 0)
      throw new BadInput(`adapter.shortcuts: ${model.name} has no place for ${o.shortcuts.join(', ')}`);
    const modules: readonly Module[] = [...branchesOf(targets), ...shortcuts];
    const indexOf = (path: string): number => modules.findIndex((module) => module.path === path);
    const joining = (path: string): readonly ShortcutModule[] => shortcuts.filter(({ to }) => to === path);
    const scale = o.alpha / r;
    const normed = model.norms === 'after' && o.joins === 'after-norm';
    /** What a shortcut between sublayers takes; undefined for those beside a residual. */
    const start = ({ from, path }: ShortcutModule, input: Flow['input']): tf.Tensor | undefined => {
      if (from === undefined) return undefined;
      const value = input(from);
      if (!value) throw new Error(`${model.name}: ${from} is not computed before ${path}`);
      return value;
    };
    const added = (module: ShortcutModule, params: Params, from: tf.Tensor): tf.Tensor =>
      branch(from, module, params, switchOf(params, indexOf(module.path)), o.shortcut_alpha / r);
    return {
      targets,
      params: [
        ...modules.flatMap((module) => loraParams(module, r)),
        {
          name: SWITCHES,
          shape: [modules.length],
          decay: false,
          frozen: true,
          init: () => new Float32Array(modules.length).fill(1),
        },
      ],
      sites: (batch, tokens) => loraSites(targets, r, batch, tokens),
      linear: (spec, x, base, params, perturb) => {
        const [A, B] = [tensorAt(params, `${spec.path}.lora_A`), tensorAt(params, `${spec.path}.lora_B`)];
        return loraLinear(spec, x, base, { A, B, scale, gate: switchOf(params, indexOf(spec.path)) }, perturb);
      },
      sublayer: (_kind, { path }, output, _input, params, { stream, input }) =>
        joining(path)
          .filter((module) => !normed || module.from === undefined)
          .reduce((sum, module) => tf.add(sum, added(module, params, start(module, input) ?? stream)), output),
      ...(normed
        ? {
            afterNorm: ({ path }, x, norm, params, { input }) =>
              joining(path).reduce((value, module) => {
                const from = start(module, input);
                if (!from) return value;
                const on = switchOf(params, indexOf(module.path));
                const again = norm(tf.add(value, added(module, params, from)));
                // A switch is exactly 0 or 1, so a shortcut that is off leaves every bit.
                return tf.add(tf.mul(again, on), tf.mul(value, tf.sub(1, on)));
              }, x),
          }
        : {}),
      trainable: (_inputs, params) =>
        Object.fromEntries(
          modules.flatMap(({ path }, i) => {
            const on = switchOf(params, i);
            return [
              [`${path}.lora_A`, on],
              [`${path}.lora_B`, on],
            ];
          }),
        ),
      used: (params) => {
        const on = floatsAt(params, SWITCHES);
        return modules.reduce((sum, module, i) => sum + (on[i] ? sizeOfModule(module, r) : 0), 0);
      },
      ...(o.search === 'none'
        ? {}
        : {
            search: heteroSearch({
              modules,
              r,
              proxy: o.proxy,
              mode: o.search,
              rule: { share: o.share, count: o.count, budget: o.budget },
              every: o.every,
              batches: o.scoring_batches,
              tolerance: o.tolerance,
              scoring: o.scoring,
              flow: o.synflow,
            }),
          }),
      // A shortcut is no part of any linear map, so only LoRA alone can be merged.
      ...(shortcuts.length > 0
        ? {}
        : {
            delta: (spec, params) => {
              const on = floatsAt(params, SWITCHES)[indexOf(spec.path)] ?? 0;
              return deltaAt(spec, params, { r, scale }, new Float32Array(r).fill(on));
            },
          }),
    };
  },
});
