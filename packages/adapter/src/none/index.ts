import { entry } from '@lab/records';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { affine } from '../pass/affine.ts';
import type { Model } from '../model.ts';

const options = z.object({});

export const none = entry<[Model], Adapter, typeof options>({
  name: 'none',
  version: 1,
  summary: 'no adapter: only the task head is trained (linear probe)',
  cite: {
    title: 'Understanding intermediate layers using linear classifier probes',
    year: 2016,
    url: 'https://arxiv.org/abs/1610.01644',
    where: 'section 3',
  },
  options,
  build: () => ({
    targets: [],
    params: [],
    sites: () => [],
    linear: (_spec, x, base) => affine(x, base),
  }),
});
