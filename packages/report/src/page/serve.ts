import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadInput } from '@lab/records';

export interface Served {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  /** Makes the page anew; called when `stamp` has changed and someone asks. */
  readonly render: () => Promise<string>;
  /** A short text that changes when the runs do: the number of finished runs, for example. */
  readonly stamp: () => string;
  /** 0 takes a free port. */
  readonly port?: number;
}

const refresh = (version: string): string =>
  `<script>setInterval(async () => {
  try {
    const now = await (await fetch('stamp', { cache: 'no-store' })).text();
    if (now !== ${JSON.stringify(version)} && !document.querySelector('dialog[open]')) location.reload();
  } catch { /* the server has ended */ }
}, 2000);</script>`;

/** A page that says why there is no report, and looks again. */
const failed = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><title>No report yet</title><p>The report could not be made: ${text}</p>${refresh('')}`;
};

const digest = (stamp: string): string => createHash('sha256').update(stamp).digest('hex').slice(0, 16);

/**
 * Names by which this machine may be asked; another name would let a foreign page read through the
 * browser.
 */
const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Serves a report on the loopback address while runs go on; an open page looks every two seconds
 * and reloads when the stamp changed. Nothing but the page and its stamp is served. Throws
 * `BadInput` when the port is taken.
 */
export const servePage = async ({ render, stamp, port = 0 }: ServeOptions): Promise<Served> => {
  let cached: { readonly version: string; readonly html: Promise<string> } | null = null;
  const page = (): Promise<string> => {
    const version = digest(stamp());
    if (cached?.version === version) return cached.html;
    const html = render().then((text) => text.replace('</body>', () => `${refresh(version)}</body>`));
    cached = { version, html };
    html.catch(() => (cached = null));
    return html;
  };
  const server = createServer((request, response) => {
    const end = (status: number, type: string, body: string): void => {
      response.writeHead(status, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (!local.test(request.headers.host ?? '')) end(403, 'text/plain', 'only local names are served\n');
    else if (request.method !== 'GET' && request.method !== 'HEAD') end(405, 'text/plain', 'only GET\n');
    else if (request.url === '/stamp') end(200, 'text/plain', digest(stamp()));
    else if (request.url === '/') {
      page().then(
        (html) => end(200, 'text/html', html),
        // The page looks again like any other: a report that fails now may succeed with the next
        // run.
        (error: unknown) => end(500, 'text/html', failed(error)),
      );
    } else end(404, 'text/plain', 'not found\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new BadInput(`cannot listen on port ${port}: ${error.message}; choose another --port`)),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
