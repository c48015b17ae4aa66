import { BadInput } from '@lab/records';
import type { LinearSpec } from '../model.ts';

/** The fields of adapter_config.json that say where an adapter attaches. */
export interface PeftTargets {
  readonly target_modules: string | readonly string[];
  readonly exclude_modules?: string | readonly string[] | null | undefined;
  readonly layers_to_transform?: number | readonly number[] | null | undefined;
  readonly layers_pattern?: string | readonly string[] | null | undefined;
  readonly modules_to_save?: readonly string[] | null | undefined;
}

/** Python's words for what JavaScript's expressions have too. */
const translated = (python: string): string =>
  python
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');

/**
 * Python's `re.match` or, with `$` at its end, `re.fullmatch`. Throws `BadInput` for what is no
 * regular expression here.
 */
const expression = (source: string, where: string, end: '' | '$' = ''): RegExp => {
  const [, flag = '', rest = ''] = /^(?:\(\?(i)\))?([^]*)$/.exec(source) ?? [];
  try {
    return new RegExp(`^(?:${translated(rest)})${end}`, flag);
  } catch {
    throw new BadInput(`${where}: "${source}" is no regular expression`);
  }
};

const isNamed = (name: string, words: readonly string[]): boolean =>
  words.some((word) => name === word || name.endsWith(`.${word}`));

const isPart = (name: string, words: readonly string[]): boolean =>
  words.some((word) => `.${name}.`.includes(`.${word}.`));

/** Whether a name lies in one of the layers asked for; the first number in it is the layer. */
const layerTest = (config: PeftTargets, where: string): ((name: string) => boolean) => {
  const layers = [config.layers_to_transform ?? []].flat();
  if (layers.length === 0) return () => true;
  const words = [config.layers_pattern ?? []].flat();
  const patterns =
    words.length === 0
      ? [expression('.*?\\.[^.]*\\.(\\d+)\\.', where)]
      : words.map((word) => expression(`(?:|.*?\\.)${word}\\.(\\d+)\\.`, where));
  return (name) => {
    const layer = patterns.map((pattern) => pattern.exec(name)?.[1]).find((found) => found !== undefined);
    return layer !== undefined && layers.includes(Number(layer));
  };
};

/**
 * Paths of the linear maps that a config targets, chosen as PEFT does: by a regular expression for
 * whole names, by whole names, or by endings of names within the layers asked for. Excluded and
 * saved modules are left out. `nameOf` gives a map's name in the model that PEFT had. Throws
 * `BadInput` with `where`.
 */
export const peftTargets = (
  linears: readonly LinearSpec[],
  config: PeftTargets,
  { nameOf, where }: { readonly nameOf: (path: string) => string; readonly where: string },
): readonly string[] => {
  const { target_modules: words, exclude_modules: excluded } = config;
  const isInLayer = layerTest(config, where);
  const isExcluded = (name: string): boolean =>
    isPart(name, config.modules_to_save ?? []) ||
    (typeof excluded === 'string' ? expression(excluded, where, '$').test(name) : isNamed(name, excluded ?? []));
  const isTarget = (name: string): boolean => {
    if (typeof words === 'string') return expression(words, where, '$').test(name);
    return words.includes(name) || (isNamed(name, words) && isInLayer(name));
  };
  const listed = words === 'all-linear' ? linears : linears.filter(({ path }) => isTarget(nameOf(path)));
  const chosen = listed.map(({ path }) => path).filter((path) => !isExcluded(nameOf(path)));
  if (chosen.length > 0) return chosen;
  throw new BadInput(
    `${where}: keys "target_modules", "exclude_modules" and "layers_to_transform" leave no linear map`,
  );
};
