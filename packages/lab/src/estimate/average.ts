import { average } from '@lab/metrics';

/** Mean of some numbers; null of none. */
export const averageOf = (values: readonly number[]): number | null => (values.length > 0 ? average(values) : null);
