/**
 * The repositories that entries read from, pinned to commits whose files and layout public projects
 * name.
 */
export const pins = {
  glue: { repo: 'nyu-mll/glue', revision: 'bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c' },
  squad: { repo: 'rajpurkar/squad', revision: '7b6d24c440a36b6815f21b70d25016731768db1f' },
  squad2: { repo: 'rajpurkar/squad_v2', revision: '3ffb306f725f7d2ce8394bc1873b24868140c412' },
  mmlu: { repo: 'cais/mmlu', revision: 'c30699e8356da336a370243923dbaf21066bb9fe' },
  boolq: { repo: 'google/boolq', revision: '35b264d03638db9f4ce671b711558bf7ff0f80d5' },
  alpaca: { repo: 'tatsu-lab/alpaca', revision: 'dce01c9b08f87459cf36a430d809084718273017' },
  alpacaCleaned: { repo: 'yahma/alpaca-cleaned', revision: '12567cabf869d7c92e573c7c783905fc160e9639' },
} as const;

/** The usual name of a split that is stored as one parquet file. */
export const single = (folder: string, split: string): string => `${folder}/${split}-00000-of-00001.parquet`;
