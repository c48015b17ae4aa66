import { expect, it } from 'vitest';
import { methods } from '../index.ts';

const build = (options: object = {}) => methods.build(methods.parse({ name: 'hiddencut', ...options }));

it('masks the block output or the inner activation, rescaled or not', () => {
  const axes = (options: object) => build(options).noise.map((n) => [n.site, n.structure, n.compensation]);
  expect(axes({})).toEqual([['ffn.hidden', 'element', 'inverse']]);
  expect(axes({ hiddenSite: 'ffn.intermediate', structure: 'span', compensate: false })).toEqual([
    ['ffn.intermediate', 'span', 'none'],
  ]);
});

it('has the original’s consistency only where it is asked for', () => {
  expect(build().consistency).toBeUndefined();
  expect(build({ lambda: 0.5 }).consistency).toEqual({ kind: 'js', weight: 0.5, branches: 2 });
});
