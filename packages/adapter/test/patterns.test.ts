import { BadInput, present } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize } from '../src/index.ts';
import { tiny, trained } from './tiny.ts';

const loraOf = (options: object) =>
  adapters.build(
    adapters.parse({ name: 'lora', r: 3, alpha: 5, target_modules: ['query', 'ffn.output'], ...options }),
    tiny,
  );

describe('rank_pattern and alpha_pattern', () => {
  it('are absent from a config that does not name them, so that its run id stays', () => {
    const options = adapters.parse({ name: 'lora' });
    expect(Object.keys(options).sort()).toEqual(['alpha', 'name', 'r', 'rslora', 'target_modules']);
  });

  it('give each target its own rank: shapes, counts, noise sites', () => {
    const adapter = loraOf({ rank_pattern: { output: 2 } });
    expect(adapterSize(adapter)).toBe(3 * (4 + 4) + 2 * (5 + 6));
    const shapes = adapter.sites(7, 9).map(({ site, place, shape }) => `${place.path} ${site} ${shape.join()}`);
    expect(shapes).toContain('layer.0.attention.query lora.rank 7,9,3');
    expect(shapes).toContain('layer.0.ffn.output lora.rank 7,9,2');
    expect(shapes).toContain('layer.0.ffn.output lora.A 2,5');
    expect(shapes).toContain('layer.0.ffn.output lora.B 6,2');
  });

  it.each([false, true])('give each target its own scale (rslora %s)', (rslora) => {
    const both = loraOf({ rslora, rank_pattern: { 'ffn.output': 2 }, alpha_pattern: { output: 11 } });
    const plain = loraOf({ rslora, r: 2, alpha: 11 });
    const spec = both.targets.find(({ path }) => path.endsWith('ffn.output'))!;
    expect(present(both.delta)(spec, trained(both))).toEqual(present(plain.delta)(spec, trained(plain)));
    const scales = both.pairs!.map(({ scale }) => scale);
    expect(scales).toEqual(rslora ? [5 / Math.sqrt(3), 11 / Math.sqrt(2)] : [5 / 3, 11 / 2]);
  });

  it('match a whole path or the end of one after a dot, and nothing less', () => {
    expect(adapterSize(loraOf({ rank_pattern: { 'layer.0.attention.query': 1 } }))).toBe(8 + 3 * 11);
    expect(adapterSize(loraOf({ rank_pattern: { '.*query': 1 } }))).toBe(8 + 3 * 11);
    expect(() => loraOf({ rank_pattern: { uery: 1 } })).toThrow(
      new BadInput(
        'adapter.rank_pattern: "uery" matches no target; targets: layer.0.attention.query, layer.0.ffn.output',
      ),
    );
  });

  it('two keys that disagree on a target are refused, two that agree are not', () => {
    expect(() => loraOf({ alpha_pattern: { query: 2, 'attention.query': 3 } })).toThrow(
      'adapter.alpha_pattern: "query" and "attention.query" both match layer.0.attention.query; keep one of them',
    );
    expect(adapterSize(loraOf({ rank_pattern: { query: 1, 'attention.query': 1 } }))).toBe(8 + 3 * 11);
  });

  it('values that are no ranks or scales are refused', () => {
    expect(() => loraOf({ rank_pattern: { query: 0 } })).toThrow(/key "rank_pattern.query"/);
    expect(() => loraOf({ rank_pattern: { query: 1.5 } })).toThrow(/key "rank_pattern.query"/);
    expect(() => loraOf({ alpha_pattern: { query: -1 } })).toThrow(/key "alpha_pattern.query"/);
  });
});
