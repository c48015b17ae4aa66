import { entry } from '@lab/records';
import type { Adapter } from '../adapter.ts';
import { bottleneck, bottleneckOptions } from '../bottleneck/index.ts';
import type { Model } from '../model.ts';

export const houlsby = entry<[Model], Adapter, typeof bottleneckOptions>({
  name: 'houlsby',
  version: 1,
  summary: 'a bottleneck after attention and after the feed-forward layer',
  cite: {
    title: 'Parameter-Efficient Transfer Learning for NLP',
    year: 2019,
    url: 'https://arxiv.org/abs/1902.00751',
    where: 'section 2.1, figure 2',
  },
  options: bottleneckOptions,
  build: (options, model) => bottleneck(model, ['attention', 'ffn'], options),
});
