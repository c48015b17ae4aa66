/**
 * An error a person must mend (a missing library, an unknown name): one clear sentence, no stack needed.
 * Structurally the `BadInput` of @lab/records, which this package may not import.
 */
export function badInput(message: string): Error {
  const error = new Error(message);
  error.name = 'BadInput';
  return error;
}
