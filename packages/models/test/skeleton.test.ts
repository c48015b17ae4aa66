import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skeletonOf } from '../src/index.ts';

describe('the shape of a model without its weights', () => {
  // Counted by the published configurations; the decoders' with their tied or own output table.
  it.each([
    ['roberta-large', 354_310_144],
    ['deberta-v3-base', 183_831_552],
    ['gpt2-medium', 354_823_168],
    ['opt-350m', 331_196_416],
    ['llama2-7b', 6_738_415_616],
    ['minilm', 22_713_216],
  ])('%s has its parameters', async (name, parameters) => {
    const lm = ['gpt2-medium', 'opt-350m', 'llama2-7b'].includes(name);
    expect((await skeletonOf(name, lm))?.parameters).toBe(parameters);
  });

  it('is read from the config.json of a folder, and unknown for a family alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shape-'));
    const sizes = { hidden_size: 8, num_hidden_layers: 3, num_attention_heads: 2, intermediate_size: 16 };
    const config = { model_type: 'bert', vocab_size: 9, max_position_embeddings: 12, type_vocab_size: 2, ...sizes };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    expect((await skeletonOf('bert', false, folder))?.model).toMatchObject({ width: 8, layers: 3 });
    expect(await skeletonOf('bert', false)).toBeNull();
  });
});
