import { fileURLToPath } from 'node:url';
import { writeWhole } from '@lab/records';
import { editorSchema } from '@lab/runner';

/** Where editors find the schema. */
export const schemaFile = fileURLToPath(new URL('../../../../experiments/schema.json', import.meta.url));

/** The schema as it is stored. */
const schemaText = (): string => `${JSON.stringify(editorSchema(), null, 1)}\n`;

/** `lab schema`: the JSON schema of experiment files; with --write into experiments/schema.json. */
export const schema = ({ write }: { readonly write: boolean }): void => {
  if (!write) return console.log(schemaText());
  writeWhole(schemaFile, schemaText());
  console.log(`Written: ${schemaFile}`);
};
