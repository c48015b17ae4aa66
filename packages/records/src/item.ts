/** The item at a place of a list. Throws RangeError where there is none. */
export const itemAt = <T>(items: ArrayLike<T>, index: number): T => {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} in a list of ${items.length}`);
  return item;
};

/** A value that must be there. Throws an error that names it where it is missing. */
export const present = <T>(value: T | null | undefined, what = 'a value'): T => {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
};
