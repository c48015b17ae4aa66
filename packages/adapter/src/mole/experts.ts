import { BadInput, itemAt, type Named } from '@lab/records';
import { floats } from '@lab/engine';
import type { LeftAdapter } from '../left-adapter.ts';
import type { HostParams } from '../host-params.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import type { LinearSpec } from '../model.ts';
import { floatsAt } from '../named.ts';

/** The mixture that is to be filled. */
export interface Experts {
  readonly experts: number;
  readonly r: number;
  readonly scale: number;
  readonly targets: readonly LinearSpec[];
  /** Names of all its parameters. */
  readonly names: ReadonlySet<string>;
}

/** Rank and scale of a LoRA by its options; undefined where it is none, or none of one rank. */
const sizeOfLora = ({ name, rank_pattern, alpha_pattern, ...rest }: Named) => {
  const plain = name === 'lora' && rank_pattern === undefined && alpha_pattern === undefined;
  const parsed = plain ? loraOptions.safeParse(rest) : undefined;
  return parsed?.success ? { r: parsed.data.r, scale: loraScale(parsed.data) } : undefined;
};

/** Rows of A one below the other, and columns of B side by side: the experts as one bank. */
const banked = ({ path, dIn, dOut }: LinearSpec, lefts: readonly LeftAdapter[], r: number): HostParams => {
  const ranks = lefts.length * r;
  const A = new Float32Array(ranks * dIn);
  const B = new Float32Array(dOut * ranks);
  lefts.forEach(({ params }, k) => {
    A.set(floatsAt(params, `${path}.lora_A`), k * r * dIn);
    const columns = floatsAt(params, `${path}.lora_B`);
    for (let o = 0; o < dOut; o++) B.set(columns.subarray(o * r, (o + 1) * r), o * ranks + k * r);
  });
  return { [`${path}.lora_A`]: floats(A, [ranks, dIn]), [`${path}.lora_B`]: floats(B, [dOut, ranks]) };
};

const described = ({ options: { name, r, experts } }: LeftAdapter): string =>
  `${name}${typeof experts === 'number' ? ` of ${experts} experts` : ''}${typeof r === 'number' ? `, rank ${r}` : ''}`;

/**
 * Start values of a mixture from what it goes on from: as many separately trained LoRAs as it has
 * experts, in their order, or one mixture of the same size. Throws `BadInput` for anything else.
 */
export const expertsOf = (
  lefts: readonly LeftAdapter[],
  { experts, r, scale, targets, names }: Experts,
): HostParams => {
  const [first] = lefts;
  const isMixture = ({ options }: LeftAdapter) =>
    options.name === 'mole' && options['experts'] === experts && options['r'] === r;
  if (first && lefts.length === 1 && isMixture(first))
    return Object.fromEntries(Object.entries(first.params).filter(([name]) => names.has(name)));
  const other = lefts.find((left) => {
    const size = sizeOfLora(left.options);
    const whole = targets.every(({ path }) => left.params[`${path}.lora_A`]);
    return size?.r !== r || size.scale !== scale || !whole;
  });
  if (other || lefts.length !== experts)
    throw new BadInput(
      `adapter (mole): goes on from ${experts} runs of lora with its rank ${r}, scale ${scale} and target_modules, ` +
        `or from one like itself; it starts from ${lefts.length}: ${described(other ?? itemAt(lefts, 0))}`,
    );
  return Object.fromEntries(targets.flatMap((spec) => Object.entries(banked(spec, lefts, r))));
};
