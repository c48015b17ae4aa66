import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium to test with: `CHROMIUM`, else the usual places; null with none. */
export const chromiumPath = (): string | null =>
  [process.env.CHROMIUM, ...places].find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;

export const missing =
  `no Chromium found (looked at CHROMIUM, ${places.join(', ')}); ` + 'on Debian: apt-get install chromium';
