import type { Generation } from './options.ts';
import { logProbabilities, ruled } from './scores.ts';

/**
 * A text being written: its new tokens, its log-probability, and the row of the step before that it
 * goes on from.
 */
export interface Beam {
  readonly tokens: readonly number[];
  readonly score: number;
  readonly parent: number;
}

/**
 * A search after some steps. `running` are the rows whose next token is asked for; `finished` is
 * sorted, best first.
 */
export interface Search {
  readonly running: readonly Beam[];
  readonly finished: readonly Beam[];
  readonly done: boolean;
}

/** What a search needs to know beside its state. `ends`: the tokens that end a text. */
export interface Task {
  readonly prompt: readonly number[];
  readonly ends: readonly number[];
  readonly options: Generation;
}

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('a search without beams');
  return item;
};

/** Whether the last of these tokens ends a text. */
const isEnded = (tokens: readonly number[], { ends }: Task): boolean => {
  const last = tokens.at(-1);
  return last !== undefined && ends.includes(last);
};

/** The first row alone: the prompt. */
export const begin = (): Search => ({ running: [{ tokens: [], score: 0, parent: 0 }], finished: [], done: false });

const greedyStep = ({ running }: Search, logits: readonly Float32Array[], { prompt, ends, options }: Task): Search => {
  const { tokens } = first(running);
  const scores = ruled(first(logits), [...prompt, ...tokens], options);
  let [best, highest] = [0, -Infinity];
  scores.forEach((score, token) => {
    if (score > highest) [best, highest] = [token, score];
  });
  const next = { tokens: [...tokens, best], score: 0, parent: 0 };
  const done = ends.includes(best) || next.tokens.length === options.maxNewTokens;
  return { running: [next], finished: done ? [next] : [], done };
};

/** The `count` best continuations of all beams, best first; equal scores by beam, then token. */
const candidates = (
  { running }: Search,
  logits: readonly Float32Array[],
  { prompt, options }: Task,
  count: number,
): readonly Beam[] => {
  const best: { tokens: readonly number[]; token: number; score: number; parent: number }[] = [];
  logits.forEach((row, parent) => {
    const beam = running[parent];
    if (!beam) return;
    const scores = ruled(logProbabilities(row), [...prompt, ...beam.tokens], options);
    let least = best.length === count ? (best.at(-1)?.score ?? -Infinity) : -Infinity;
    scores.forEach((logProbability, token) => {
      const score = beam.score + logProbability;
      if (best.length === count && score <= least) return;
      const at = best.findIndex((other) => other.score < score);
      best.splice(at < 0 ? best.length : at, 0, { tokens: beam.tokens, token, score, parent });
      if (best.length > count) best.pop();
      if (best.length === count) least = best.at(-1)?.score ?? -Infinity;
    });
  });
  return best.map(({ tokens, token, score, parent }) => ({ tokens: [...tokens, token], score, parent }));
};

/**
 * One step of beam search as transformers has it (early_stopping off): of the 2 K best
 * continuations the K best that do not end go on, those among the K best that end are kept with
 * their score over length^penalty. It is done when no running beam, were it to end now, would enter
 * the K kept ones.
 */
const beamStep = (state: Search, logits: readonly Float32Array[], task: Task): Search => {
  const { numBeams, lengthPenalty, maxNewTokens } = task.options;
  const best = candidates(state, logits, task, 2 * numBeams);
  const length = first(state.running).tokens.length + 1;
  const endsHere = ({ tokens }: Beam) => isEnded(tokens, task) || length === maxNewTokens;
  const ended = best.slice(0, numBeams).filter(endsHere);
  const finished = [
    ...state.finished,
    ...ended.map((beam) => ({ ...beam, score: beam.score / length ** lengthPenalty })),
  ]
    .sort((a, b) => b.score - a.score)
    .slice(0, numBeams);
  const running = best.filter((beam) => !endsHere(beam)).slice(0, numBeams);
  const full = finished.length === numBeams;
  const hopeless = full && (running[0]?.score ?? -Infinity) / length ** lengthPenalty <= (finished.at(-1)?.score ?? 0);
  return { running, finished, done: running.length === 0 || hopeless };
};

/** One step: next-token logits of every running row in, the search one token further out. */
export const advance = (state: Search, logits: readonly Float32Array[], task: Task): Search =>
  task.options.numBeams === 1 ? greedyStep(state, logits, task) : beamStep(state, logits, task);

/** The best text: its tokens without the ending one. */
export const bestText = ({ finished, running }: Search, task: Task): readonly number[] => {
  const { tokens } = first(finished.length > 0 ? finished : running);
  return isEnded(tokens, task) ? tokens.slice(0, -1) : tokens;
};
