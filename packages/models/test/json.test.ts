import { expect, it } from 'vitest';
import { jsonLike } from '../src/checkpoint/json.ts';

it('numbers that were written as floats stay floats, others stay whole', () => {
  const original = '{"factor": 2.0, "size": 2, "in": {"theta": 10000.0}, "list": [1.0], "last": -3.0}';
  const text = jsonLike(JSON.parse(original) as object, original);
  expect(text).toContain('"factor": 2.0,');
  expect(text).toContain('"size": 2,');
  expect(text).toContain('"theta": 10000.0\n');
  expect(text).toContain('"last": -3.0\n');
  expect(JSON.parse(text)).toEqual(JSON.parse(original));
});
