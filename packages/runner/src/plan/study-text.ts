import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Node, type Pair } from 'yaml';
import { BadInput, messageOf } from '@lab/records';

/** The text of an experiment file, read: its value, and where its keys stand. */
export interface StudyText {
  readonly value: unknown;
  /** `study.yaml:12` for a path in the file; the nearest key above where it has no such path. */
  readonly at: (path: readonly string[]) => string;
  /**
   * The same for a path in a config, wherever the file says it: in a base, an arm, a method's
   * options or a grid.
   */
  readonly atConfig: (path: readonly string[]) => string;
}

/** Longest YAML that is read; JSON may be longer. */
const longestYaml = 2 ** 20;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const jsonOf = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${where}: not JSON (${oneLine(messageOf(error))})`);
  }
};

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

const pairsOf = (node: unknown): readonly Pair[] => (isMap(node) ? node.items : []);

/** Keys from the root to a pair as a config has them: `methods.x.p` is `dropout.p`. */
const configPath = (path: readonly string[]): readonly string[] => {
  const at = path.indexOf('methods');
  const options = at < 0 ? path : [...path.slice(0, at), 'dropout', ...path.slice(at + 2)];
  return options.flatMap((key) => key.split('.'));
};

const endsWith = (path: readonly string[], end: readonly string[]): boolean =>
  end.length <= path.length && end.every((key, i) => path[path.length - end.length + i] === key);

/**
 * Reads an experiment file: YAML, or JSON by the name's ending. Nothing in it is evaluated. Throws
 * `BadInput` with the line for what is neither.
 */
export const readStudyText = (text: string, where: string): StudyText => {
  const isJson = where.toLowerCase().endsWith('.json');
  const lines = new LineCounter();
  let document: ReturnType<typeof parseDocument> | undefined;
  // JSON is YAML too; it is read as such only when a line is asked for.
  const parsed = () => (document ??= parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  const place = (offset: number | undefined): string =>
    offset === undefined ? where : `${where}:${lines.linePos(offset).line}`;
  if (!isJson && text.length > longestYaml)
    throw new BadInput(`${where}: ${text.length} characters; at most ${longestYaml} are read as YAML`);
  const value = isJson ? jsonOf(text, where) : yamlOf(parsed, place, where);
  const startOf = ({ key }: Pair): number | undefined => (key as Node | null)?.range?.[0];
  const at = (path: readonly string[]): string => {
    let node: unknown = parsed().contents;
    let offset: number | undefined;
    for (const key of path) {
      const pair = pairsOf(node).find((own) => keyText(own.key) === key);
      const item = isSeq(node) ? (node.items[Number(key)] as Node | undefined) : undefined;
      if (!pair && !item) break;
      offset = pair ? startOf(pair) : item?.range?.[0];
      node = pair ? pair.value : item;
    }
    return place(offset);
  };
  const atConfig = (path: readonly string[]): string => {
    for (let wanted = path; wanted.length > 0; wanted = wanted.slice(0, -1)) {
      let offset: number | undefined;
      visit(parsed(), {
        Pair: (_, pair, above) => {
          const keys = [...above.filter(isPair), pair].map(({ key }) => keyText(key));
          if (!endsWith(configPath(keys), wanted)) return undefined;
          offset = startOf(pair);
          return visit.BREAK;
        },
      });
      if (offset !== undefined) return place(offset);
    }
    return where;
  };
  return { value, at, atConfig };
};

const yamlOf = (
  parse: () => ReturnType<typeof parseDocument>,
  place: (offset: number) => string,
  where: string,
): unknown => {
  try {
    const document = parse();
    const [error] = [...document.errors, ...document.warnings];
    if (error) throw new BadInput(`${place(error.pos[0])}: not YAML (${oneLine(error.message)})`);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof BadInput) throw error;
    // Too many aliases, or nested deeper than the reader can follow.
    throw new BadInput(`${where}: not YAML that can be read (${oneLine(messageOf(error))})`);
  }
};
