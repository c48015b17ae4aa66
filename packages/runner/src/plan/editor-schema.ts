import { z } from 'zod';
import { adapters } from '@lab/adapter';
import { datasets } from '@lab/datasets';
import { methods } from '@lab/dropout';
import { models } from '@lab/models';
import { runConfigSchema } from '@lab/records';
import { experimentFileSchema } from './experiment-file.ts';

type Json = { readonly [key: string]: unknown };

interface Listed {
  readonly entries: readonly { readonly name: string; readonly summary: string; readonly options: z.ZodObject }[];
}

const asJson = (schema: z.ZodType) => {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
};

/**
 * One entry by its name with its options; or options alone, which change those of the base's entry.
 */
const choice = ({ entries }: Listed): Json => ({
  anyOf: [
    ...entries.map(({ name, summary, options }) => {
      const { properties = {}, ...rest } = asJson(options.strict());
      return {
        ...rest,
        title: name,
        description: summary,
        properties: { name: { const: name }, ...properties },
        required: ['name'],
      };
    }),
    { type: 'object', title: 'options that change', not: { required: ['name'] } },
  ],
});

/** A config of which any part may be left to the base or to defaults. */
const configSchema = (): Json => {
  const { properties, ...rest } = asJson(runConfigSchema);
  const entries = {
    dataset: choice(datasets),
    model: choice(models),
    adapter: choice(adapters),
    dropout: choice(methods),
  };
  return { ...rest, required: [], properties: { ...properties, ...entries } };
};

/** Puts a schema in the place of every property of that name. */
const placed = (schema: object, name: string, put: Json): Json => {
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within);
    return typeof value === 'object' && value !== null ? placed(value, name, put) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => {
      const isSchema = typeof value === 'object' && value !== null && 'type' in value;
      return [key, key === name && isSchema ? put : within(value)];
    }),
  );
};

/**
 * The JSON schema of experiment files, for editors: every data set, model, adapter and method with
 * its options.
 */
export const editorSchema = (): Json => {
  const file = asJson(experimentFileSchema);
  const config = { $ref: '#/$defs/config' };
  const withConfigs = placed(placed(file, 'base', config), 'config', config);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'LoRA Dropout Lab experiment',
    ...withConfigs,
    $defs: { config: configSchema() },
  };
};
