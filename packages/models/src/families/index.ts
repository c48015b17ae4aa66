import type { Citation } from '@lab/records';
import { familyEntry, publishedEntry } from './entry.ts';
import { bert } from './bert/index.ts';
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
} as const;

/**
 * One entry a family, then the published checkpoints, pinned where the hub has their weights as
 * safetensors and a tokenizer.json.
 */
export const familyEntries = [
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
  familyEntry(llama, true, { name: 'llama', summary: 'any LLaMA checkpoint', cite: cites.llama }),
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
  publishedEntry(llama, true, {
    name: 'llama2-7b',
    summary: 'LLaMA 2 7B: 32 layers, 4096 wide; its licence asks for an account, so give its folder',
    cite: cites.llama,
  }),
];
