/**
 * JSON with object keys in code-unit order: equal data gives equal text. Keys with the value
 * undefined are left out. Throws for what JSON cannot hold (NaN, infinities, functions, maps,
 * dates).
 */
export const canonical = (value: unknown): string => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON holds no ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) !== Object.prototype)
    throw new TypeError(`canonical JSON holds plain objects only`);
  if (typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`);
    return `{${fields.join(',')}}`;
  }
  throw new TypeError(`canonical JSON holds no ${typeof value}`);
};
