/**
 * Cases that are still accepted, or hang: findings H10 and H12. The list only shrinks; the test
 * says which entries are no longer needed.
 */
export const OPEN: readonly string[] = [
  'config values: dropout.__proto__=1',
  'config values: adapter.__proto__=1',
  'config values: dataset.__proto__=1',
  'config values: model.__proto__=1',
  'config values: seed=[]',
  'own data: two classes of one name',
  'checkpoints: 3 heads',
  'checkpoints: 7 heads',
  'checkpoints: an endless epsilon',
  'checkpoints: a thousand million layers',
  'checkpoints: offsets that overlap',
  'checkpoints: weights that are no numbers',
  'tokenizers: a tokenizer of an unknown model',
  'environment: --out "/proc/nothing/out"',
  'environment: --out ""',
];
