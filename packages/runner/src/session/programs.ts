import type { Engine, Program } from '@lab/engine';
import { flowProgram, gradientProgram, scoreProgram, type SampleInputs, type Slope } from '../step/objective.ts';
import { predictProgram, type Pass, type PassInputs, type PredictInputs } from '../step/pass.ts';
import { stepProgram, type StepInputs } from '../step/step.ts';
import { nextProgram, startProgram, type NextInputs, type StartInputs, type Written } from '../step/write.ts';
import type { Blueprint } from './blueprint.ts';

/** The programs of one blueprint. Each is traced at its first use. */
export interface Programs {
  readonly gradient: Program<SampleInputs, Slope>;
  readonly step: Program<StepInputs, ReturnType<ReturnType<typeof stepProgram>>>;
  /** What an adapter's search asks for. */
  readonly search: {
    readonly score: Program<SampleInputs, Slope>;
    readonly flow: Program<PassInputs, Pick<Slope, 'grad'>>;
  };
  readonly predict: { readonly [pass in Pass]: Program<PredictInputs, ReturnType<ReturnType<typeof predictProgram>>> };
  /** For texts: reading prompts, and writing one token. */
  readonly write: {
    readonly [pass in Pass]: {
      readonly start: Program<StartInputs, Written>;
      readonly next: Program<NextInputs, Written>;
    };
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
  const write = eachPass((pass) => ({
    start: engine.program(startProgram(blueprint, pass)),
    next: engine.program(nextProgram(blueprint, pass)),
  }));
  const writing = Object.values(write).flatMap(({ start, next }) => [start, next]);
  const all = [gradient, step, search.score, search.flow, ...Object.values(predict), ...writing];
  return { gradient, step, search, predict, write, dispose: () => all.forEach((program) => program.dispose()) };
};
