import type { ParamSpec } from '@lab/adapter';
import { normal } from '@lab/random';
import { tf, type Params } from '@lab/engine';

/** A linear map from features to outputs as parameters: `<name>.weight` [outputs, features]. */
export interface OutputMap {
  readonly name: string;
  readonly features: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly std: number;
}

/** Its parameters: a normal start of the weight, 0 of the bias. Weight decay acts on the weight. */
export const mapParams = ({ name, features, outputs, bias, std }: OutputMap): readonly ParamSpec[] => [
  {
    name: `${name}.weight`,
    shape: [outputs, features],
    decay: true,
    init: (key) => normal(key, outputs * features).map((x) => std * x),
  },
  ...(bias ? [{ name: `${name}.bias`, shape: [outputs], decay: false, init: () => new Float32Array(outputs) }] : []),
];

/** Features [n, features] through the map: [n, outputs]. */
export const mapped = ({ name, bias }: OutputMap, features: tf.Tensor2D, params: Params): tf.Tensor2D => {
  const [weight, shift] = [params[`${name}.weight`], params[`${name}.bias`]];
  if (!weight || (bias && !shift)) throw new Error(`the parameters of the head (${name}) are missing`);
  const outputs = tf.matMul<tf.Tensor2D>(features, weight, false, true);
  return shift ? tf.add(outputs, shift) : outputs;
};
