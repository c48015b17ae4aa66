/**
 * Prints how far each model family is from transformers and peft on its random tiny models. Run:
 * npm run parity
 */
import { tf } from '@lab/engine';
import { CASES, compare } from '@lab/models/testing';

const columns = ['hidden', 'logits', 'loss', 'loraLogits', 'gradient'] as const;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

await tf.setBackend('cpu');
console.log(
  row(['model', 'family', 'hidden', 'logits', 'loss', 'logits, LoRA', 'gradients, relative', 'LoRA matrices']),
);
console.log(row(Array.from({ length: 8 }, () => '---')));
for (const one of CASES) {
  const found = await compare(one);
  console.log(
    row([one.folder, one.family, ...columns.map((name) => found[name].toExponential(1)), String(found.matrices)]),
  );
}
