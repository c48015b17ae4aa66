import type { ConfigPatch, Stage } from '@lab/runner';

/** One task of a sequence: its name and its data set. */
export interface SequenceTask {
  readonly name: string;
  readonly dataset: ConfigPatch;
}

/** Tasks in their order, and how they share the head. */
export interface TaskSequence {
  readonly tasks: readonly SequenceTask[];
  /** See `tasks.head` of a config. */
  readonly head: 'shared' | 'growing' | 'apart';
}

const asOthers = (tasks: readonly SequenceTask[]) => tasks.map(({ name, dataset }) => ({ name, dataset }));

/**
 * A stage for each task, each going on from the adapter that the one before it left, and tested on
 * every task met by then (with a shared head on the later ones too). `change`: what a method
 * changes at a stage, counted from 0.
 */
export const continualStages = (
  { tasks, head }: TaskSequence,
  change: (stage: number) => ConfigPatch = () => ({}),
): readonly Stage[] =>
  tasks.map(({ name, dataset }, at) => {
    const others = [...tasks.slice(0, at), ...(head === 'shared' ? tasks.slice(at + 1) : [])];
    const before = tasks[at - 1];
    return {
      name,
      config: {
        dataset,
        tasks: { own: name, others: asOthers(others), head },
        ...(before ? { from: { stage: before.name } } : {}),
        ...change(at),
      },
    };
  });

/** All tasks learnt at once: what a sequence could reach. */
export const jointly = ({ tasks, head }: TaskSequence): ConfigPatch => {
  const own = tasks.at(-1);
  if (!own) throw new Error('a sequence has at least one task');
  const others = asOthers(tasks.slice(0, -1));
  return { dataset: own.dataset, tasks: { own: own.name, others, head, train: 'all' } };
};

/**
 * Links of a chain: each begins with a fresh adapter and optimiser on weights into which the links
 * before it were merged, and goes on with their head. `change`: what a method changes at a link,
 * counted from 0.
 */
export const chainStages = (links: number, change: (link: number) => ConfigPatch = () => ({})): readonly Stage[] =>
  Array.from({ length: links }, (_, link) => ({
    name: String(link + 1),
    config: { ...(link > 0 ? { from: { stage: String(link), take: 'merged' } } : {}), ...change(link) },
  }));
