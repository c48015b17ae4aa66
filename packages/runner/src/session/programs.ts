import type { Engine, Params, Program } from '@lab/engine';
import { mergeProgram, plainBlueprint } from '../step/merge.ts';
import { flowProgram, gradientProgram, scoreProgram, type SampleInputs, type Slope } from '../step/objective.ts';
import { predictProgram, type Pass, type PassInputs, type PredictInputs } from '../step/pass.ts';
import { stepProgram, type StepInputs } from '../step/step.ts';
import { nextProgram, startProgram, type NextInputs, type StartInputs, type Written } from '../step/write.ts';
import type { Blueprint } from './blueprint.ts';

/** Programs for texts: reading prompts, and writing one token. */
export interface Writers {
  readonly start: Program<StartInputs, Written>;
  readonly next: Program<NextInputs, Written>;
}

type Predictor = Program<PredictInputs, ReturnType<ReturnType<typeof predictProgram>>>;

/** The programs of one blueprint. Each is traced at its first use. */
export interface Programs {
  readonly gradient: Program<SampleInputs, Slope>;
  readonly step: Program<StepInputs, ReturnType<ReturnType<typeof stepProgram>>>;
  /** What an adapter's search asks for. */
  readonly search: {
    readonly score: Program<SampleInputs, Slope>;
    readonly flow: Program<PassInputs, Pick<Slope, 'grad'>>;
  };
  readonly predict: { readonly [pass in Pass]: Predictor };
  readonly write: { readonly [pass in Pass]: Writers };
  /** Merging the trained update into the weights, and reading and writing with such weights. */
  readonly merged: {
    readonly weights: { readonly [pass in Pass]: Program<Omit<PredictInputs, 'batch'>, Params> };
    readonly predict: Predictor;
    readonly write: Writers;
  };
  readonly dispose: () => void;
}

const eachPass = <T>(make: (pass: Pass) => T): { readonly [pass in Pass]: T } => ({
  deterministic: make('deterministic'),
  'mean-field': make('mean-field'),
  member: make('member'),
});

/** Makes the programs of a blueprint on an engine. */
export const programsOf = (engine: Engine, blueprint: Blueprint): Programs => {
  const gradient = engine.program(gradientProgram(blueprint));
  const step = engine.program(stepProgram(blueprint));
  const search = {
    score: engine.program(scoreProgram(blueprint)),
    flow: engine.program(flowProgram(blueprint)),
  };
  const predict = eachPass((pass) => engine.program(predictProgram(blueprint, pass)));
  const writers = (of: Blueprint, pass: Pass): Writers => ({
    start: engine.program(startProgram(of, pass)),
    next: engine.program(nextProgram(of, pass)),
  });
  const write = eachPass((pass) => writers(blueprint, pass));
  const plain = plainBlueprint(blueprint);
  const merged = {
    weights: eachPass((pass) => engine.program(mergeProgram(blueprint, pass))),
    predict: engine.program(predictProgram(plain, 'deterministic')),
    write: writers(plain, 'deterministic'),
  };
  const writing = [...Object.values(write), merged.write].flatMap(({ start, next }) => [start, next]);
  const reading = [...Object.values(predict), ...Object.values(merged.weights), merged.predict];
  const all = [gradient, step, search.score, search.flow, ...reading, ...writing];
  return { gradient, step, search, predict, write, merged, dispose: () => all.forEach((program) => program.dispose()) };
};
