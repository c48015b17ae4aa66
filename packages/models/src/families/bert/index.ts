import { PLAIN_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import type { Family } from '../anatomy.ts';
import { bertConfig, bertLike, poolHead } from '../bert-like.ts';

/** BERT and its re-trained relatives (MiniLM). `pooler`: the tanh layer on [CLS]. */
export const bert: Family<'pooler' | 'cls' | 'mean'> = {
  name: 'bert',
  modelType: 'bert',
  prefix: 'bert.',
  poolings: ['pooler', 'cls', 'mean'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: { pooler: { ...PLAIN_HEAD, before: ['bert.pooler.dense'], modules: ['pooler', 'classifier'] } },
  describe: (config, { pooling }, where) => {
    const parsed = checkJson(config, bertConfig, where);
    const pooler = () => poolHead('bert.pooler.dense', parsed.hidden_size, parsed.num_hidden_layers, 'tanh');
    return bertLike(parsed, { root: 'bert', firstPosition: 0, pool: pooling === 'pooler' ? pooler() : pooling });
  },
};
