import type { Check } from './check.ts';
import { racRate } from './chains/rac-rate.ts';
import { gain } from './ensemble/gain.ts';
import { jensen } from './ensemble/jensen.ts';
import { ensembleSize } from './ensemble/size.ts';
import { budgets } from './heterolora/budgets.ts';
import { proxies } from './heterolora/proxies.ts';
import { forwardEquality } from './hiddenkey/forward.ts';
import { gradientFormulas } from './hiddenkey/gradients.ts';
import { leak } from './hiddenkey/leak.ts';
import { ratio } from './hiddenkey/ratio.ts';
import { entryDrop } from './masks/entry-drop.ts';
import { gradientVariance } from './masks/gradient-variance.ts';
import { linearReadout } from './masks/linear-readout.ts';
import { maskedMoments } from './masks/masked-moments.ts';
import { maskedNorm } from './masks/masked-norm.ts';
import { readoutBias } from './masks/readout-bias.ts';
import { realGradientVariance } from './masks/real-gradient-variance.ts';
import { expansion } from './sparsity/expansion.ts';
import { penalty } from './sparsity/penalty.ts';
import { weightDecayCheck } from './sparsity/weight-decay.ts';
import { bothFactors } from './stability/both-factors.ts';
import { encoderStability } from './stability/encoder.ts';
import { generalisation } from './stability/generalisation.ts';
import { leaveOneOut } from './stability/leave-one-out.ts';
import { ordering } from './stability/ordering.ts';

/** Every check, in the order of the report. */
export const checks: readonly Check[] = [
  entryDrop,
  maskedNorm,
  maskedMoments,
  gradientVariance,
  realGradientVariance,
  linearReadout,
  readoutBias,
  penalty,
  expansion,
  weightDecayCheck,
  leaveOneOut,
  generalisation,
  bothFactors,
  ordering,
  encoderStability,
  jensen,
  gain,
  ensembleSize,
  forwardEquality,
  gradientFormulas,
  ratio,
  leak,
  proxies,
  budgets,
  racRate,
];
