/**
 * Input that a person must mend: one sentence that names file, key and allowed values. The command
 * line exits with 2.
 */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
