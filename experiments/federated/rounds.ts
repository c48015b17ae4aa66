import type { ConfigPatch, Stage } from '@lab/runner';

/** Who trains on what, and how often the server averages. */
export interface Federation {
  readonly clients: number;
  readonly rounds: number;
  /** Share of the clients that train in a round; they take turns. */
  readonly participation: number;
  /** Concentration of a client's classes; absent: the rows are divided at random. */
  readonly skew?: number;
}

/** Clients of a round, counted from 0: the next ones in turn. */
const taking = ({ clients, participation }: Federation, round: number): readonly number[] => {
  const count = Math.max(1, Math.round(participation * clients));
  return Array.from({ length: count }, (_, i) => (round * count + i) % clients);
};

/**
 * Rounds of a federation as stages. Each client starts from what the server has (in the first round
 * from the same fresh adapter) and trains on its share; the server, a run of no epochs, is the mean
 * of the clients that took part, and is tested. Clients have equally many rows, so the mean needs
 * no weights. `adapterOf`: the adapter of a round, counted from 0.
 */
export const federatedStages = (federation: Federation, adapterOf: (round: number) => ConfigPatch): readonly Stage[] =>
  Array.from({ length: federation.rounds }, (_, round) => {
    const adapter = adapterOf(round);
    const { clients, skew } = federation;
    const trained = taking(federation, round).map((client): Stage => ({
      name: `${round + 1}.${client + 1}`,
      config: {
        adapter,
        share: { client, clients, ...(skew === undefined ? {} : { skew }) },
        ...(round > 0 ? { from: { stage: `${round}.server` } } : {}),
      },
    }));
    const server: Stage = {
      name: `${round + 1}.server`,
      config: { adapter, from: { runs: trained.map(({ name }) => ({ stage: name })) }, train: { epochs: 0 } },
    };
    return [...trained, server];
  }).flat();
