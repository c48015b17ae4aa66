import type { LiveRun, LiveState } from '@lab/report';
import { timeText } from './print.ts';

const barSize = 20;

/** `█████░░░░░  42 %`. */
const barText = (share: number): string => {
  const full = Math.floor(share * barSize);
  return `${'█'.repeat(full)}${'░'.repeat(barSize - full)} ${String(Math.floor(100 * share)).padStart(3)} %`;
};

const leftText = (seconds: number | null): string => (seconds === null ? '' : `${timeText(seconds)} left`);

const runLine = ({ name, share, phase, step, steps, loss, secondsLeft }: LiveRun): readonly string[] => [
  barText(share),
  phase === 'train' ? `step ${step}/${steps}` : phase === 'evaluate' ? 'testing' : 'starting',
  loss === null ? '' : `loss ${loss.toFixed(4)}`,
  phase === 'train' ? leftText(secondsLeft) : '',
  name,
];

/** Columns as wide as their widest cell; lines cut where the terminal ends. */
const aligned = (rows: readonly (readonly string[])[], screen: number): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
      .slice(0, screen),
  );
};

/** How far an experiment's runs are, in lines of at most `screen` characters. */
export const liveText = (state: LiveState, screen: number): string => {
  const { title, runs, done, failed, share, secondsLeft, isOver, running, arms, metric } = state;
  const said = failed > 0 ? `, ${failed} without a result` : '';
  const left = isOver ? 'nothing left to do' : leftText(secondsLeft) || 'time left unknown yet';
  const head = ['arm', 'finished', 'runs', `${metric} [95 %]`];
  const armRows = arms.map(({ name, done: ended, planned, score }) => [
    name,
    barText(planned === 0 ? 0 : ended / planned),
    `${ended}/${planned}`,
    score ?? '',
  ]);
  return [
    title.slice(0, screen),
    `${barText(share)}  ${done}/${runs} runs${said}, ${left}`.slice(0, screen),
    ...(running.length > 0 ? ['', ...aligned(running.map(runLine), screen)] : []),
    '',
    ...aligned([head, ...armRows], screen),
  ].join('\n');
};
