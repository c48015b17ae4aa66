/**
 * A function without arguments whose first answer is kept: the pools are the same for every run of
 * a process.
 */
export const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | undefined;
  return () => (answer ??= make());
};
