import { entry } from '@lab/records';
import type { Adapter } from '../adapter.ts';
import { bottleneck, bottleneckOptions } from '../bottleneck/index.ts';
import type { Model } from '../model.ts';

export const pfeiffer = entry<[Model], Adapter, typeof bottleneckOptions>({
  name: 'pfeiffer',
  version: 1,
  summary: 'a bottleneck after the feed-forward layer alone',
  cite: {
    title: 'AdapterFusion: Non-Destructive Task Composition for Transfer Learning',
    year: 2021,
    url: 'https://arxiv.org/abs/2005.00247',
    where: 'section 3.1 and appendix A.1',
  },
  options: bottleneckOptions,
  build: (options, model) => bottleneck(model, ['ffn'], options),
});
