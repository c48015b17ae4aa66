/** What an action gives, and the seconds that it takes by the clock and of the processor. */
export const timed = async <T>(
  action: () => Promise<T> | T,
): Promise<{ readonly value: T; readonly wall: number; readonly processor: number }> => {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  const value = await action();
  const { user, system } = process.cpuUsage(before);
  return { value, wall: (performance.now() - begin) / 1000, processor: (user + system) / 1e6 };
};
