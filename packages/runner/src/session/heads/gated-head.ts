import { gatesOf, type Adapter, type HostParams, type ParamSpec } from '@lab/adapter';
import { as2d, floats, tf, type Params } from '@lab/engine';
import { itemAt, present } from '@lab/records';
import { OWN } from './growing-head.ts';
import { linearHead, type Head } from './head.ts';

/** What stands before the names of the experts' heads, one below the other. */
export const EXPERTS = 'experts';

/** Name of e of the gates: [N C, N] for N heads of C outputs. */
export const HEAD_GATES = 'head_gate_e';
const TEMPERATURE = 'head_gate_log_tau';

const tensorOf = (params: Params, name: string): tf.Tensor => present(params[name], `the head's ${name}`);

/** One of the heads that are mixed. */
interface ExpertHead {
  readonly width: number;
  readonly outputs: number;
  readonly biEncoder: boolean;
}

/**
 * The heads of N experts, frozen, and gates that mix their outputs for every text as the gates of
 * MoLE mix the updates of a map (Wu, Huang and Wei 2024, https://arxiv.org/abs/2404.13628, Eq.
 * 5-7): the sum over k of w_k (W_k h + b_k), w = softmax(z e / tau), z the outputs of all heads
 * side by side, divided by their root mean square. e = 0 and tau = 1 at the start: the mean of the
 * heads. Gates of experts that are masked are zero.
 */
export const gatedHead = (
  { width, outputs, biEncoder }: ExpertHead,
  { experts, masked }: NonNullable<Adapter['mixture']>,
): Head => {
  const all = experts * outputs;
  const bank = linearHead(width, all, biEncoder, EXPERTS);
  const gates: readonly ParamSpec[] = [
    { name: HEAD_GATES, shape: [all, experts], decay: true, init: () => new Float32Array(all * experts) },
    { name: TEMPERATURE, shape: [1], decay: false, init: () => new Float32Array(1) },
  ];
  return {
    params: [...bank.params.map((spec) => ({ ...spec, decay: false, frozen: true })), ...gates],
    read: (inputs) => {
      const { pooled, outputs: side } = bank.read(inputs);
      const e = as2d(tensorOf(inputs.params, HEAD_GATES));
      const weights = gatesOf(side, e, tensorOf(inputs.params, TEMPERATURE), masked);
      const [rows] = side.shape;
      const each = Array.from({ length: experts }, (_, k) =>
        tf.mul<tf.Tensor2D>(tf.slice(side, [0, k * outputs], [rows, outputs]), tf.slice(weights, [0, k], [rows, 1])),
      );
      return { pooled, outputs: tf.addN(each) };
    },
  };
};

/** The linear heads of several runs, all of one shape, one below the other. */
export const headBank = (heads: readonly HostParams[]): HostParams =>
  Object.fromEntries(
    (['weight', 'bias'] as const).map((kind) => {
      const parts = heads.map((head) => present(head[`${OWN}.${kind}`], `the ${kind} of a head`));
      const [rows = 0, ...features] = itemAt(parts, 0).shape;
      const whole = Float32Array.from(parts.flatMap(({ data }) => [...data]));
      return [`${EXPERTS}.${kind}`, floats(whole, [heads.length * rows, ...features])] as const;
    }),
  );
