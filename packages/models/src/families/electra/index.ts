import { z } from 'zod';
import { DENSE_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import type { Family } from '../anatomy.ts';
import { bertConfig, bertLike, poolHead } from '../bert-like.ts';

const config = bertConfig.extend({ embedding_size: z.number().int().min(1).default(128) });

/**
 * ELECTRA's discriminator (Clark et al. 2020): BERT with a narrower embedding. `classifier`: the
 * GELU layer of a fine-tuned head.
 */
export const electra: Family<'cls' | 'mean' | 'classifier'> = {
  name: 'electra',
  modelType: 'electra',
  prefix: 'electra.',
  poolings: ['cls', 'mean', 'classifier'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: { classifier: DENSE_HEAD },
  describe: (value, { pooling }, where) => {
    const parsed = checkJson(value, config, where);
    const { hidden_size: width, num_hidden_layers: layers, embedding_size: embeddingWidth } = parsed;
    const pool = pooling === 'classifier' ? poolHead('classifier.dense', width, layers, 'gelu') : pooling;
    return bertLike(parsed, { root: 'electra', firstPosition: 0, pool, embeddingWidth });
  },
};
