import { expect, it } from 'vitest';
import { methods } from '../index.ts';

it('is plain LoRA whose seeds are the members', () => {
  const build = (name: string) => methods.build(methods.parse({ name }));
  expect(build('deep-ensemble')).toEqual({ ...build('none'), ensembleOver: 'seeds' });
});
