import type { Arm, ConfigPatch } from '@lab/runner';
import { federatedStages, type Federation } from './rounds.ts';

/** One federation, and the rank of its adapters. */
export type FederatedSetting = Pick<Federation, 'clients' | 'participation' | 'skew'> & { readonly rank: number };

/** The setting around which clients, rank and skew are varied one at a time. */
export const centre: FederatedSetting = { clients: 4, participation: 1, skew: 0.5, rank: 4 };

const scaled = (name: string, rank: number): ConfigPatch => ({ name, r: rank, alpha: 2 * rank });

/** What clients train in a round, counted from 0. */
const federated: { readonly [method: string]: (rank: number, round: number) => ConfigPatch } = {
  'FedAvg-LoRA': (rank) => scaled('lora', rank),
  'FFA-LoRA': (rank) => ({ ...scaled('ffa-lora', rank), fixed: 'A' }),
  // B in the first round, since B starts at zero and A has no gradient before.
  RoLoRA: (rank, round) => ({ ...scaled('ffa-lora', rank), fixed: round % 2 === 0 ? 'A' : 'B' }),
};

export const federatedMethods = Object.keys(federated);

/** How a report calls the division of the rows. */
export const splitName = (skew: number | undefined): string => (skew === undefined ? 'IID' : `Dir(${skew})`);

/** Every method in every setting, and one machine with all rows for as many epochs. */
export const federatedArms = (
  settings: readonly FederatedSetting[],
  { rounds, epochs }: { readonly rounds: number; readonly epochs: number },
): readonly Arm[] => [
  ...settings.flatMap(({ rank, ...setting }) =>
    Object.entries(federated).map(([method, adapterOf]): Arm => ({
      labels: { method, clients: setting.clients, rank, split: splitName(setting.skew) },
      config: { train: { epochs } },
      stages: federatedStages({ ...setting, rounds }, (round) => adapterOf(rank, round)),
    })),
  ),
  {
    labels: { method: 'one machine', clients: 1, rank: centre.rank, split: 'whole' },
    config: { adapter: scaled('lora', centre.rank), train: { epochs: rounds * epochs } },
  },
];
