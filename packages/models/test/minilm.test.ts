import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, tf, type HostArray } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { models } from '../src/index.ts';
import { plainForward } from './plain-forward.ts';

const folder = fileURLToPath(new URL('../../../.cache/models/minilm', import.meta.url));
const present = existsSync(join(folder, 'model.safetensors'));
const rows = JSON.parse(readFileSync(new URL('./fixtures/minilm.json', import.meta.url), 'utf8')) as readonly {
  readonly text: string;
  readonly pair: string | null;
  readonly ids: readonly number[];
  readonly mean: string;
}[];

describe.skipIf(!present)('all-MiniLM-L6-v2 (fetched by scripts/setup/fetch-minilm.py; skipped when absent)', () => {
  it('gives the ids and sentence embeddings that transformers gives, to 1e-4', async () => {
    const model = await models.build(models.parse({ name: 'minilm', pooling: 'mean' }), { weights: folder });
    const weights = await model.weights();
    const engine = await openEngine('onnx');
    const shared = Object.fromEntries(Object.entries(weights).map(([name, array]) => [`w/${name}`, engine.put(array)]));
    const program = engine.program(({ ids, valid, types, ...rest }) => {
      const named = Object.fromEntries(Object.entries(rest).map(([name, tensor]) => [name.slice(2), tensor]));
      const batch = { ids: ids as tf.Tensor2D, valid: valid as tf.Tensor2D, extra: { types: types! } };
      const forward = plainForward(named);
      return { mean: model.pool(forward, model.encode(forward, batch), batch) };
    });
    for (const { text, pair, ids, mean } of rows) {
      const encoded = model.tokenize(text, pair ?? undefined);
      expect([...encoded.ids], text).toEqual(ids);
      const shape = [1, ids.length];
      const inputs: { [name: string]: HostArray } = {
        ids: { dtype: 'int32', shape, data: encoded.ids },
        types: { dtype: 'int32', shape, data: encoded.types! },
        valid: { dtype: 'float32', shape, data: new Float32Array(ids.length).fill(1) },
      };
      const computed = await engine.get((await program.run({ ...shared, ...inputs }))['mean']!);
      const bytes = Buffer.from(mean, 'base64');
      const expected = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
      );
      const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - computed.data[i]!)), 0);
      expect(worst, text).toBeLessThan(1e-4);
      expect(computed.data).toHaveLength(384);
    }
    engine.free(Object.values(shared));
    await engine.close();
  });
});
