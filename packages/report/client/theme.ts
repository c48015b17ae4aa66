import type { Spec } from 'vega';

const root = document.documentElement;
const system = window.matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark: as its reader chose, else as the system is. */
const isDark = (): boolean => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

/** Inks and rules change sides in the dark; the colours of data stay, apart from dark lines. */
const night: ReadonlyMap<string, string> = new Map([
  ['#000000', '#F4F4F4'],
  ['#FFFFFD', '#15181C'],
  ['#222222', '#E6E8EA'],
  ['#6B6B6B', '#A4AAB2'],
  ['#DDDDDD', '#3A4048'],
  ['#11395C', '#8FB7DC'],
  ['#0072B2', '#4BA3DB'],
  ['#777777', '#9AA0A6'],
  ['#8C6D00', '#C9A227'],
]);
const day = new RegExp(`${[...night.keys()].join('|')}\\b`, 'gi');

/** A specification in the colours of the present theme. */
export const themed = (spec: Spec): Spec => {
  if (!isDark()) return structuredClone(spec);
  const text = JSON.stringify(spec).replace(day, (colour) => night.get(colour.toUpperCase()) ?? colour);
  const dark: Spec = JSON.parse(text);
  return { ...dark, background: 'transparent' };
};

const listeners: (() => void)[] = [];

/** Calls back whenever the theme changes. */
export const onTheme = (act: () => void): void => {
  listeners.push(act);
};

/** Lets the button and the system change the theme. */
export const startTheme = (toggle: HTMLElement): void => {
  const tell = () => listeners.forEach((act) => act());
  toggle.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    tell();
  });
  system.addEventListener('change', tell);
};
