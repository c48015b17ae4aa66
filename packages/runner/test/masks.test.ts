import { methods } from '@lab/dropout';
import { models } from '@lab/models';
import { key } from '@lab/random';
import { describe, expect, it } from 'vitest';
import { planRun } from '../src/plan/config.ts';
import { blueprintOf, type Blueprint } from '../src/session/blueprint.ts';
import { memberMasks, type DrawnMasks, type WritingPlace } from '../src/step/masks.ts';

const blueprint = async (dropout: {
  readonly name: string;
  readonly [option: string]: unknown;
}): Promise<Blueprint> => {
  const { config } = planRun(
    {
      seed: 0,
      dataset: { name: 'gloss' },
      model: { name: 'embedded-gpt' },
      adapter: { name: 'lora', r: 2, target_modules: ['attn.c_attn'] },
      dropout: methods.parse(dropout),
    },
    'test',
  );
  return blueprintOf(config, await models.build(config.model, {}), {
    task: { kind: 'text-to-text' },
    biEncoder: false,
  });
};

const [COUNT, TOKENS] = [3, 5];

/** The masks of one pass of writing from three prompts; the first pass reads them. */
const pass = (made: Blueprint, step: number, prompts: readonly number[]): DrawnMasks => {
  const tokens = step === 0 ? TOKENS : 1;
  const writing: WritingPlace = { step, prompts: Int32Array.from(prompts), count: COUNT };
  const batch = { shape: { rows: prompts.length, tokens }, lengths: new Int32Array(prompts.length).fill(tokens) };
  return memberMasks(made, batch, { key: key(5), member: 1, index: 'write/0', writing });
};

/** The mask of one row at the first place of a site, as text. */
const rowOf = (masks: DrawnMasks, site: string, row: number): string => {
  const [found] = Object.entries(masks).filter(([name]) => name.startsWith(`mask/${site}/`));
  if (!found) throw new Error(`no mask at ${site}`);
  const [, { shape, data }] = found;
  const width = data.length / (shape[0] ?? 1);
  return data.slice(row * width, (row + 1) * width).join('');
};

describe('while texts are written', () => {
  it('an instance of LoRA Dropout for each example is fixed, and the beams of a prompt share it (Eq. 8)', async () => {
    const made = await blueprint({ name: 'lora-dropout', p: 0.5, scope: 'example' });
    const read = pass(made, 0, [0, 1, 2]);
    // Prompt 1 is done; prompt 2 goes on in two beams.
    const later = [pass(made, 1, [0, 2, 2]), pass(made, 4, [2, 0, 2, 2])];
    for (const site of ['lora.input', 'lora.delta']) {
      const [first, second, third] = [0, 1, 2].map((row) => rowOf(read, site, row));
      expect(new Set([first, second, third]).size).toBe(3);
      expect([0, 1, 2].map((row) => rowOf(later[0] ?? {}, site, row))).toEqual([first, third, third]);
      expect([0, 1, 2, 3].map((row) => rowOf(later[1] ?? {}, site, row))).toEqual([third, first, third, third]);
    }
  });

  it('one on the matrices is that of the member', async () => {
    const made = await blueprint({ name: 'lora-dropout', p: 0.5 });
    expect(pass(made, 3, [2])).toEqual(pass(made, 0, [0, 1, 2]));
  });

  it('masks of single tokens are drawn in every pass', async () => {
    const made = await blueprint({ name: 'mc-dropout', p: 0.5 });
    const [one, two] = [pass(made, 1, [0, 1, 2]), pass(made, 2, [0, 1, 2])];
    expect(rowOf(one, 'lora.input', 0)).not.toBe(rowOf(two, 'lora.input', 0));
    expect(pass(made, 1, [0, 1, 2])).toEqual(one);
  });
});
