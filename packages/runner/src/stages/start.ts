import type { HostParams, ParamSpec } from '@lab/adapter';
import { BadInput, type RunConfig, type StageFrom } from '@lab/records';
import type { Blueprint } from '../session/blueprint.ts';
import { EXPERTS, headBank } from '../session/heads/gated-head.ts';
import { EARLIER, OWN, wholeHead } from '../session/heads/growing-head.ts';
import type { Left } from './left.ts';
import { meanOf } from './mean.ts';

const shapeText = (array: { readonly shape: readonly number[] } | undefined): string =>
  array ? `[${array.shape.join(', ')}]` : 'nothing';

/**
 * The mean of what all left under the names of `specs`. Throws `BadInput` where one left nothing of
 * a name, or another shape.
 */
const byName = (
  specs: readonly Pick<ParamSpec, 'name' | 'shape'>[],
  lefts: readonly (Pick<Left, 'where' | 'share'> & { readonly params: HostParams })[],
  advice: string,
): HostParams =>
  Object.fromEntries(
    specs.map((spec) => {
      const parts = lefts.map(({ where, params, share }) => {
        const array = params[spec.name];
        if (array?.shape.join() !== spec.shape.join())
          throw new BadInput(
            `${where} left ${shapeText(array)} for ${spec.name}; this run has ${shapeText(spec)}; ${advice}`,
          );
        return { array, share };
      });
      return [spec.name, meanOf(parts)];
    }),
  );

/** The rows of all classes that a run met, as those of earlier stages. */
const allClasses = ({ where, params, share }: Left) => {
  const whole = wholeHead(params);
  const rows = (kind: 'weight' | 'bias') => {
    const array = whole[`${OWN}.${kind}`];
    if (!array) throw new BadInput(`${where} left no linear head; from.head: fresh begins a new one`);
    return [`${EARLIER}.${kind}`, array] as const;
  };
  return { where, share, params: Object.fromEntries([rows('weight'), rows('bias')]) };
};

/**
 * Start values of heads that are mixed: those of a mixture by name, or the heads of as many runs as
 * there are experts.
 */
const mixedStart = ({ head, adapter }: Blueprint, lefts: readonly Left[]): HostParams => {
  const experts = adapter.mixture?.experts ?? 0;
  const bank = head.params.filter(({ frozen }) => frozen);
  const isMixture = lefts.every(({ blueprint }) => blueprint.adapter.mixture);
  if (isMixture) return byName(head.params, lefts, 'from.head: gated goes on from a mixture whose head is gated');
  const one = bank.map(({ name, shape: [rows = 0, ...rest] }) => ({
    name: name.replace(EXPERTS, OWN),
    shape: [rows / experts, ...rest],
  }));
  const advice = 'from.head: gated mixes linear heads of as many classes as this run has';
  return headBank(lefts.map((left) => byName(one, [{ ...left, share: 1 }], advice)));
};

/**
 * Start values of the head: by name; a growing head takes all classes met so far as its earlier
 * ones.
 */
const headStart = ({ head, before }: Blueprint, lefts: readonly Left[]): HostParams =>
  before === 0
    ? byName(head.params, lefts, 'from.head: fresh begins a new head')
    : byName(
        head.params.filter(({ frozen }) => frozen),
        lefts.map(allClasses),
        'tasks.others lists every task met before, in that order',
      );

/** Throws `BadInput` for an adapter that needs what others left, and begins afresh. */
const checkBegin = (from: RunConfig['from'], { cannotBegin }: Blueprint['adapter']): void => {
  if (cannotBegin !== undefined && (from === undefined || from.take === 'merged')) throw new BadInput(cannotBegin);
};

/** Start values of the adapter: as it says itself, else by name. */
const adapterStart = ({ adapter }: Blueprint, lefts: readonly Left[]): HostParams =>
  adapter.follow
    ? adapter.follow(lefts.map(({ config, params }) => ({ options: config.adapter, params })))
    : byName(adapter.params, lefts, 'take the same adapter, or from.take: merged');

/** Start values of the head, as `from.head` says. */
const ofHead = (head: StageFrom['head'], blueprint: Blueprint, lefts: readonly Left[]): HostParams => {
  if (head === 'fresh') return {};
  return head === 'gated' ? mixedStart(blueprint, lefts) : headStart(blueprint, lefts);
};

/**
 * Parameters that a run takes over from what it starts from, by name; all others begin afresh.
 * Throws `BadInput` for values of another shape, and for an adapter that cannot begin afresh.
 */
export const startValues = ({ from }: RunConfig, blueprint: Blueprint, lefts: readonly Left[]): HostParams => {
  checkBegin(from, blueprint.adapter);
  if (from === undefined) return {};
  return {
    ...(from.take === 'merged' ? {} : adapterStart(blueprint, lefts)),
    ...ofHead(from.head, blueprint, lefts),
  };
};
