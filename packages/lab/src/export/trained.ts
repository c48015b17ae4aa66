import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostParams } from '@lab/adapter';
import { meanFieldScale } from '@lab/dropout';
import { models } from '@lab/models';
import {
  ADAPTER_FILES,
  BadInput,
  readAdapterFiles,
  readRecord,
  runFolder,
  type RunConfig,
  type RunRecord,
} from '@lab/records';
import { baseOf, blueprintOf, storedSetting, trainedParams, wholeHead, type Blueprint } from '@lab/runner';

/** How one set of weights is read: masks off, or with the expected update. */
export type Single = 'deterministic' | 'mean-field';

/** What a finished run left behind, with its parts built again. */
export interface FinishedRun {
  readonly blueprint: Blueprint;
  /** Trained parameters by name, the adapter's and the head's. */
  readonly params: HostParams;
  /** The runs whose updates were merged into the base model before it. */
  readonly joined: readonly string[];
}

/**
 * The adapter folder of a finished run, its files compared with their checksums, and its record.
 * Throws `BadInput` when there is none.
 */
export const trainedFolder = (
  out: string,
  run: string,
): { readonly from: string; readonly config: RunConfig; readonly record: RunRecord } => {
  const record = readRecord(out, run);
  if (!record) throw new BadInput(`--run: ${runFolder(out, run)} holds no finished run; lab plan lists the ids`);
  if (record.config.from?.take === 'ensemble')
    throw new BadInput(`run ${run} is an ensemble of runs, which no single adapter stands for; name one of them`);
  if (!readAdapterFiles(out, run)?.has(ADAPTER_FILES[1]))
    throw new BadInput(`run ${run} (${record.result.status}) has no trained weights`);
  return { from: join(runFolder(out, run), 'adapter'), config: record.config, record };
};

/**
 * The blueprint and the trained parameters of a run; a head that grew is one head of all classes.
 * Throws `BadInput` when the model's weights
 * cannot be found.
 */
export const openTrained = async (
  from: string,
  config: RunConfig,
  { out, weights }: { readonly out: string; readonly weights?: string },
): Promise<FinishedRun> => {
  const context = {
    ...(weights === undefined ? {} : { weights }),
    cacheDir: join(out, 'cache', 'models'),
    trainedHead: config.head === 'fine-tuning',
  };
  const { model, joined } = baseOf(config, await models.build(config.model, context), out);
  const file = join(from, ADAPTER_FILES[1]);
  const bytes = readFileSync(file);
  const setting = storedSetting(bytes, model.width);
  const params = trainedParams(blueprintOf(config, model, setting), bytes, file);
  return { blueprint: blueprintOf(config, model, { ...setting, before: 0 }), params: wholeHead(params), joined };
};

/**
 * How a run's weights are to be read in a file that has one set of them: as asked, else as the
 * method is tested. Throws `BadInput` for an ensemble of masks, and for a mean-field readout that
 * the method does not have.
 */
export const singleReadout = ({ blueprint }: FinishedRun, dropout: string, asked?: Single): Single => {
  const { method, model } = blueprint;
  const { readout } = method.evaluate;
  const chosen = asked ?? readout;
  if (chosen !== 'deterministic' && chosen !== 'mean-field')
    throw new BadInput(
      `dropout "${dropout}": tested with readout "${readout}", an average over random masks ` +
        'that no single set of weights gives; choose --readout deterministic or mean-field',
    );
  if (chosen === 'mean-field' && meanFieldScale(method.noise, model.layers) === undefined)
    throw new BadInput(
      `dropout "${dropout}": its masks have no expected update, so there is no mean-field readout; ` +
        'allowed: --readout deterministic',
    );
  return chosen;
};
