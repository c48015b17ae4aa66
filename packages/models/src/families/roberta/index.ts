import { z } from 'zod';
import { DENSE_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import type { Family } from '../anatomy.ts';
import { bertConfig, bertLike, poolHead } from '../bert-like.ts';

const robertaConfig = bertConfig.extend({
  pad_token_id: z.number().int().min(0).default(1),
  layer_norm_eps: z.number().positive().default(1e-5),
});

/**
 * RoBERTa: BERT's layers, positions counted from pad_token_id + 1. `pooler`: the tanh layer on <s>
 * that pretraining leaves; `classifier`: the tanh layer of a fine-tuned classification head.
 */
export const roberta: Family<'cls' | 'mean' | 'pooler' | 'classifier'> = {
  name: 'roberta',
  modelType: 'roberta',
  prefix: 'roberta.',
  poolings: ['cls', 'mean', 'pooler', 'classifier'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: { classifier: DENSE_HEAD },
  describe: (config, { pooling }, where) => {
    const parsed = checkJson(config, robertaConfig, where);
    const head = (path: string) => poolHead(path, parsed.hidden_size, parsed.num_hidden_layers, 'tanh');
    const pool =
      pooling === 'pooler'
        ? head('roberta.pooler.dense')
        : pooling === 'classifier'
          ? head('classifier.dense')
          : pooling;
    return bertLike(parsed, { root: 'roberta', firstPosition: parsed.pad_token_id + 1, pool });
  },
};
