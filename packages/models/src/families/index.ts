import type { Citation } from '@lab/records';
import { familyEntry, publishedEntry, type ModelEntry } from './entry.ts';
import { bert } from './bert/index.ts';
import { electra } from './electra/index.ts';
import { gemma2 } from './gemma2/index.ts';
import { mistral } from './mistral/index.ts';
import { modernBert } from './modernbert/index.ts';
import { mpnet } from './mpnet/index.ts';
import { qwen2 } from './qwen2/index.ts';
import { xlmRoberta } from './xlm-roberta/index.ts';
import { deberta } from './deberta/index.ts';
import { distilbert } from './distilbert/index.ts';
import { gpt2 } from './gpt2/index.ts';
import { llama } from './llama/index.ts';
import { opt } from './opt/index.ts';
import { roberta } from './roberta/index.ts';

const arxiv = (title: string, year: number, id: string, where: string): Citation => ({
  title,
  year,
  url: `https://arxiv.org/abs/${id}`,
  where,
});

const cites = {
  bert: arxiv('BERT: Pre-training of Deep Bidirectional Transformers', 2018, '1810.04805', 'section 3'),
  minilm: arxiv('MiniLM: Deep Self-Attention Distillation', 2020, '2002.10957', 'section 3'),
  roberta: arxiv('RoBERTa: A Robustly Optimized BERT Pretraining Approach', 2019, '1907.11692', 'section 3'),
  distilbert: arxiv('DistilBERT, a distilled version of BERT', 2019, '1910.01108', 'section 3'),
  deberta: arxiv(
    'DeBERTa: Decoding-enhanced BERT with Disentangled Attention',
    2020,
    '2006.03654',
    'section 3.1, Eq. 4',
  ),
  debertaV3: arxiv('DeBERTaV3', 2021, '2111.09543', 'section 3'),
  gpt2: {
    title: 'Language Models are Unsupervised Multitask Learners',
    year: 2019,
    url: 'https://openai.com/index/better-language-models/',
    where: 'section 2.3',
  },
  opt: arxiv('OPT: Open Pre-trained Transformer Language Models', 2022, '2205.01068', 'section 2.1'),
  llama: arxiv('Llama 2: Open Foundation and Fine-Tuned Chat Models', 2023, '2307.09288', 'section 2.2'),
  xlmRoberta: arxiv('Unsupervised Cross-lingual Representation Learning at Scale', 2019, '1911.02116', 'section 3'),
  electra: arxiv('ELECTRA: Pre-training Text Encoders as Discriminators', 2020, '2003.10555', 'section 3'),
  mpnet: arxiv('MPNet: Masked and Permuted Pre-training', 2020, '2004.09297', 'section 2'),
  modernBert: arxiv('Smarter, Better, Faster, Longer: ModernBERT', 2024, '2412.13663', 'section 2.1'),
  qwen2: arxiv('Qwen2 Technical Report', 2024, '2407.10671', 'section 2.2'),
  mistral: arxiv('Mistral 7B', 2023, '2310.06825', 'section 2'),
  gemma2: arxiv('Gemma 2: Improving Open Language Models at a Practical Size', 2024, '2408.00118', 'section 2'),
  smollm2: arxiv('SmolLM2: When Smol Goes Big', 2025, '2502.02737', 'section 4'),
} as const;

/**
 * One entry a family, then the published checkpoints, pinned where the hub has their weights as
 * safetensors and a tokenizer.json.
 */
export const familyEntries: readonly ModelEntry[] = [
  familyEntry(bert, false, { name: 'bert', summary: 'any BERT checkpoint', cite: cites.bert }),
  familyEntry(roberta, false, { name: 'roberta', summary: 'any RoBERTa checkpoint', cite: cites.roberta }),
  familyEntry(distilbert, false, { name: 'distilbert', summary: 'any DistilBERT checkpoint', cite: cites.distilbert }),
  familyEntry(deberta, false, {
    name: 'deberta-v2',
    summary: 'any DeBERTa-v2 or -v3 checkpoint without convolution',
    cite: cites.deberta,
  }),
  familyEntry(gpt2, true, { name: 'gpt2', summary: 'any GPT-2 checkpoint', cite: cites.gpt2 }),
  familyEntry(opt, true, { name: 'opt', summary: 'any OPT checkpoint', cite: cites.opt }),
  familyEntry(llama, true, {
    name: 'llama',
    summary:
      'any LLaMA checkpoint: LLaMA 2 and 3, SmolLM, TinyLlama; rope scaling linear or llama3, not dynamic or yarn',
    cite: cites.llama,
  }),
  familyEntry(xlmRoberta, false, {
    name: 'xlm-roberta',
    summary: 'any XLM-RoBERTa checkpoint',
    cite: cites.xlmRoberta,
  }),
  familyEntry(electra, false, { name: 'electra', summary: 'any ELECTRA discriminator', cite: cites.electra }),
  familyEntry(mpnet, false, {
    name: 'mpnet',
    summary: 'any MPNet checkpoint, all-mpnet-base-v2 with pooling mean',
    cite: cites.mpnet,
  }),
  familyEntry(modernBert, false, { name: 'modernbert', summary: 'any ModernBERT checkpoint', cite: cites.modernBert }),
  familyEntry(qwen2, true, { name: 'qwen2', summary: 'any Qwen2 or Qwen2.5 checkpoint; not Qwen3', cite: cites.qwen2 }),
  familyEntry(mistral, true, {
    name: 'mistral',
    summary: 'any Mistral checkpoint; texts are at most its sliding window long',
    cite: cites.mistral,
  }),
  familyEntry(gemma2, true, {
    name: 'gemma2',
    summary: 'any Gemma 2 checkpoint; texts are at most its sliding window long; not Gemma 3',
    cite: cites.gemma2,
  }),
  publishedEntry(
    bert,
    false,
    { name: 'minilm', pooling: 'mean', summary: 'all-MiniLM-L6-v2: 6 layers, 384 wide', cite: cites.minilm },
    { repo: 'sentence-transformers/all-MiniLM-L6-v2', revision: 'c9745ed1d9f207416be6d2e6f8de32d1f16199bf' },
  ),
  publishedEntry(
    roberta,
    false,
    { name: 'roberta-large', summary: 'RoBERTa-large: 24 layers, 1024 wide', cite: cites.roberta },
    { repo: 'FacebookAI/roberta-large', revision: '722cf37b1afa9454edce342e7895e588b6ff1d59' },
  ),
  publishedEntry(deberta, false, {
    name: 'deberta-v3-base',
    summary: 'DeBERTaV3-base: 12 layers, 768 wide; give its folder, saved by transformers as safetensors',
    cite: cites.debertaV3,
  }),
  publishedEntry(
    gpt2,
    true,
    { name: 'gpt2-medium', summary: 'GPT-2 Medium: 24 layers, 1024 wide', cite: cites.gpt2 },
    { repo: 'openai-community/gpt2-medium', revision: '6dcaa7a952f72f9298047fd5137cd6e4f05f41da' },
  ),
  publishedEntry(opt, true, {
    name: 'opt-350m',
    summary: 'OPT-350M: 24 layers, 1024 wide; give its folder, saved by transformers as safetensors',
    cite: cites.opt,
  }),
  publishedEntry(llama, true, {
    name: 'smollm2',
    summary: 'SmolLM2-135M-Instruct: 30 layers, 576 wide; give the folder that scripts/setup/fetch-smollm2.py makes',
    cite: cites.smollm2,
  }),
  publishedEntry(llama, true, {
    name: 'llama2-7b',
    summary: 'LLaMA 2 7B: 32 layers, 4096 wide; its licence asks for an account, so give its folder',
    cite: cites.llama,
  }),
];

/**
 * The pooling over which a model's classification class of transformers has its head, if it has
 * one.
 */
export const classPooling = (model: string): string | undefined =>
  familyEntries.find(({ name }) => name === model)?.classPooling;
