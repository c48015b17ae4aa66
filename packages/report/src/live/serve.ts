import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { BadInput, messageOf } from '@lab/records';
import { livePage } from './live-page.ts';
import type { LiveState } from './live-state.ts';

export interface Served {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  /** How far the runs are; asked for every second by an open page. */
  readonly look: () => LiveState;
  /** Makes the report anew; called when `stamp` has changed and someone asks for it. */
  readonly render: () => Promise<string>;
  /** A short text that changes when finished runs do: their number, for example. */
  readonly stamp: () => string;
  /** 0 takes a free port. */
  readonly port?: number;
}

/** Says on an open report that there are new runs; nothing that was filtered is lost by itself. */
const notice = (version: string): string =>
  `<p id="news" hidden style="position:fixed;right:1rem;bottom:1rem;z-index:9;padding:.5rem">
<button type="button" onclick="location.reload()">More runs have ended: show them</button></p>
<script>setInterval(async () => {
  try {
    const now = await (await fetch('stamp', { cache: 'no-store' })).text();
    document.getElementById('news').hidden = now === ${JSON.stringify(version)};
  } catch { /* the server has ended */ }
}, 2000);</script>`;

/** A page that says why there is no report, and looks again. */
const failed = (error: unknown): string => {
  const message = messageOf(error);
  const text = message.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><title>No report yet</title><p>The report could not be made: ${text}</p>
<script>setTimeout(() => location.reload(), 2000);</script>`;
};

const digest = (stamp: string): string => createHash('sha256').update(stamp).digest('hex').slice(0, 16);

/**
 * Names by which this machine may be asked; another name would let a foreign page read through the
 * browser.
 */
const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Serves runs that go on, on the loopback address: `/` shows them live, `/report` is their report
 * so far, which says when there are more. Nothing else is served. Throws `BadInput` when the port
 * is taken.
 */
export const serveLive = async ({ look, render, stamp, port = 0 }: ServeOptions): Promise<Served> => {
  let cached: { readonly version: string; readonly html: Promise<string> } | null = null;
  const page = (): Promise<string> => {
    const version = digest(stamp());
    if (cached?.version === version) return cached.html;
    const html = render().then((text) => text.replace('</body>', () => `${notice(version)}</body>`));
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
    else if (request.url === '/') end(200, 'text/html', livePage());
    else if (request.url === '/live') end(200, 'application/json', JSON.stringify(look()));
    else if (request.url === '/stamp') end(200, 'text/plain', digest(stamp()));
    else if (request.url === '/report') {
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
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
