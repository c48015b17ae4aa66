import type { Study } from '../src/study/study.ts';
import { invent, seedsUpTo } from './synthetic.ts';

export const positions = ['dropkey', 'hiddencut', 'dropattention'] as const;
export const structures = ['element', 'column', 'span'] as const;

/** HiddenKey's framework: position x structure, with plain LoRA. */
export const inventFramework = (seeds = 8): Study => ({
  name: 'framework',
  title: 'Framework',
  question: 'Which position and structure help?',
  cells: seedsUpTo(seeds).flatMap((seed) => [
    invent({ seed, skill: 1.2 }),
    ...positions.flatMap((position, i) =>
      structures.map((structure, j) =>
        invent({
          seed,
          method: position,
          options: { structure },
          labels: { position, structure },
          skill: 1.2 + 0.12 * (i === 0 && j === 1 ? 3 : 1 - i * 0.7),
          members: 0,
        }),
      ),
    ),
  ]),
});
