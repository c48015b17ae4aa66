import type { LiveArm, LiveRun, LiveState } from '../src/live/live-state.ts';
import { byId, headedTable, make, scrollBox, startScrollCues } from './dom.ts';
import { startTheme } from './theme.ts';

/** Milliseconds between looks. */
const every = 1000;

/** Seconds for people. */
const timeText = (seconds: number | null): string => {
  if (seconds === null) return 'time left unknown yet';
  if (seconds < 60) return `about ${Math.round(seconds)} s left`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min left`;
};

const percentText = (share: number): string => `${Math.floor(100 * share)} %`;

const bar = (share: number, label: string): HTMLElement =>
  make('progress', { max: 1, value: share.toFixed(4), 'aria-label': label }, percentText(share));

const svg = (tag: string, attributes: { readonly [name: string]: string }): SVGElement => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

const [width, height] = [220, 44];

/** Training loss as a line, held-out NLL as points, on one scale. */
const curvesOf = ({ losses, heldOut, steps, name }: LiveRun): Element => {
  const values = [...losses, ...heldOut].map(([, v]) => v);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = steps ?? Math.max(1, ...losses.map(([step]) => step));
  const at = ([step, v]: readonly [number, number]): readonly [number, number] => [
    3 + (step / last) * (width - 6),
    3 + (1 - (v - low) / (high - low || 1)) * (height - 6),
  ];
  const text = `Losses of ${name}: training (line) and held-out (points), ${low.toFixed(3)} to ${high.toFixed(3)} nats`;
  const box = { viewBox: `0 0 ${width} ${height}`, width: String(width), height: String(height) };
  const picture = svg('svg', { ...box, role: 'img', 'aria-label': text, class: 'curves' });
  if (values.length < 2) return make('span', { class: 'caption' }, 'no curve yet');
  const points = losses.map((point) =>
    at(point)
      .map((v) => v.toFixed(1))
      .join(','),
  );
  picture.append(svg('polyline', { points: points.join(' ') }));
  for (const point of heldOut) {
    const [x, y] = at(point);
    picture.append(svg('circle', { cx: x.toFixed(1), cy: y.toFixed(1), r: '2.5' }));
  }
  return picture;
};

const phases = { starting: 'starting', train: 'training', evaluate: 'testing' } as const;

const runRow = (run: LiveRun): readonly (string | Node)[] => {
  const step = run.step === null ? '' : ` ${run.step} of ${run.steps} steps`;
  const loss = run.loss === null ? '' : run.loss.toFixed(4);
  const left = run.phase === 'train' ? timeText(run.secondsLeft) : '';
  return [run.name, bar(run.share, `${run.name}: how far`), `${phases[run.phase]}${step}`, loss, left, curvesOf(run)];
};

/** An arm's mean and interval on the scale of all arms. */
const spanOfArm = ({ mean, low, high, name, score }: LiveArm, [from, to]: readonly [number, number]): Element => {
  const picture = svg('svg', { viewBox: '0 0 160 14', width: '160', height: '14', class: 'span', role: 'img' });
  picture.setAttribute('aria-label', score === null ? `${name}: no run yet` : `${name}: ${score}`);
  const at = (v: number): string => (4 + ((v - from) / (to - from || 1)) * 152).toFixed(1);
  if (low !== null && high !== null) picture.append(svg('line', { x1: at(low), x2: at(high), y1: '7', y2: '7' }));
  if (mean !== null) picture.append(svg('circle', { cx: at(mean), cy: '7', r: '3' }));
  return picture;
};

const armsTable = ({ arms, metric }: LiveState): HTMLElement => {
  const ends = arms.flatMap(({ low, high, mean }) => [low, high, mean].filter((v) => v !== null));
  const scale = [Math.min(...ends), Math.max(...ends)] as const;
  const rows = arms.map((arm): readonly (string | Node)[] => [
    arm.name,
    bar(arm.planned === 0 ? 0 : arm.done / arm.planned, `${arm.name}: finished runs`),
    `${arm.done} of ${arm.planned}`,
    arm.score ?? '',
    spanOfArm(arm, scale),
  ]);
  return scrollBox('Arms', headedTable(['arm', 'finished', 'runs', `${metric} [95 %]`, 'mean, interval'], rows));
};

/** New content for a place; a table that was scrolled stays where it was. */
const replaceIn = (place: HTMLElement, content: HTMLElement): void => {
  const left = place.querySelector('.scroll')?.scrollLeft ?? 0;
  place.replaceChildren(content);
  const box = place.querySelector('.scroll');
  if (box) box.scrollLeft = left;
};

const show = (state: LiveState): void => {
  document.title = `${percentText(state.share)} ${state.title}`;
  byId('title').textContent = state.title;
  const failed = state.failed > 0 ? `, ${state.failed} ended without a result` : '';
  const left = state.isOver ? 'nothing is left to do' : timeText(state.secondsLeft);
  byId('whole').replaceChildren(
    bar(state.share, 'All runs'),
    make('p', {}, `${percentText(state.share)}: ${state.done} of ${state.runs} runs done${failed}; ${left}.`),
  );
  const head = ['run', 'how far', 'at', 'loss (nats)', 'time left', 'losses'];
  replaceIn(
    byId('running'),
    state.running.length === 0
      ? make('p', { class: 'caption' }, state.isOver ? 'All have ended.' : 'Nothing runs at the moment.')
      : scrollBox('Running runs', headedTable(head, state.running.map(runRow))),
  );
  replaceIn(byId('arms'), armsTable(state));
};

/** Shows how far the runs are, again and again; says when the command has ended. */
const follow = async (): Promise<void> => {
  try {
    const answer = await fetch('live', { cache: 'no-store' });
    const state: LiveState = await answer.json();
    show(state);
  } catch {
    const said = document.getElementById('ended') ?? make('p', { id: 'ended', role: 'status', class: 'warning' });
    said.textContent = 'The command behind this page has ended; what is shown is the last that it said.';
    byId('whole').append(said);
  }
  setTimeout(() => void follow(), every);
};

startTheme(byId('theme'));
startScrollCues();
void follow();
