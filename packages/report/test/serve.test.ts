import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareStudies, serveLive, type Served } from '../src/index.ts';
import { inventLive } from './live.ts';
import { inventCompare } from './synthetic.ts';

const ask = (
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const call = request(url, { headers, method }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    });
    call.on('error', reject);
    call.end();
  });

const look = () => inventLive;

describe('a live page', () => {
  let served: Served;
  let stamp = '1 run';
  let made = 0;
  beforeAll(async () => {
    served = await serveLive({
      look,
      stamp: () => stamp,
      render: () => {
        made += 1;
        return Promise.resolve(`<html><body>${stamp} $&</body></html>`);
      },
    });
  });
  afterAll(() => served.close());

  it('listens on the loopback address and renders only when runs have changed', async () => {
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const first = await ask(`${served.url}report`);
    expect(first.body).toContain('1 run $&<p id="news"');
    await ask(`${served.url}report`);
    expect(made).toBe(1);
    const before = (await ask(`${served.url}stamp`)).body;
    expect(first.body).toContain(before);
    stamp = '2 runs';
    expect((await ask(`${served.url}stamp`)).body).not.toBe(before);
    expect((await ask(`${served.url}report`)).body).toContain('2 runs');
    expect(made).toBe(2);
  });
  it('refuses foreign names, other methods and other paths', async () => {
    expect((await ask(served.url, { host: 'example.org' })).status).toBe(403);
    expect((await ask(served.url, {}, 'POST')).status).toBe(405);
    expect((await ask(`${served.url}../../etc/passwd`)).status).toBe(404);
  });
  it('looks again after a report that could not be made, and then shows it', async () => {
    let fails = true;
    const live = await serveLive({
      look,
      stamp: () => 'same',
      render: () => (fails ? Promise.reject(new Error('a run is <damaged>')) : Promise.resolve('<body>whole</body>')),
    });
    try {
      const failed = await ask(`${live.url}report`);
      expect(failed.status).toBe(500);
      expect(failed.body).toContain('a run is &#60;damaged&#62;');
      expect(failed.body).toContain('location.reload()');
      // The page reloads although no run has ended since: what it knows is no stamp.
      expect(failed.body).not.toContain((await ask(`${live.url}stamp`)).body);
      fails = false;
      expect((await ask(`${live.url}report`)).body).toContain('whole');
    } finally {
      await live.close();
    }
  });
  it('a taken port is one sentence', async () => {
    const port = Number(new URL(served.url).port);
    await expect(serveLive({ look, stamp: () => '', render: () => Promise.resolve(''), port })).rejects.toThrow(
      /cannot listen on port \d+: .*choose another/,
    );
  });
});

describe('two sets of results', () => {
  const study = inventCompare(6);
  it('equal runs are counted as equal', () => {
    const c = compareStudies(study, study);
    expect(c).toMatchObject({ shared: 90, identical: 90, onlyA: 0, onlyB: 0, largest: 0 });
    expect(c.text).toContain('90 of 90 shared runs have equal test metrics to the last bit');
  });
  it('differences are paired, tested, and named', () => {
    const changed = {
      ...study,
      cells: study.cells.slice(5).map((cell) =>
        cell.labels.method === 'none'
          ? {
              ...cell,
              record: {
                ...cell.record,
                result: {
                  ...cell.record.result,
                  evaluations: cell.record.result.evaluations.map((e) => ({
                    ...e,
                    metrics: { ...e.metrics, accuracy: e.metrics.accuracy! + 0.01 },
                  })),
                },
              },
            }
          : cell,
      ),
    };
    const c = compareStudies(study, changed, ['mine', 'theirs']);
    expect(c).toMatchObject({ shared: 85, identical: 68, onlyA: 5, onlyB: 0 });
    expect(c.largest).toBeCloseTo(0.01, 9);
    const row = c.table.rows.find((r) => r[0]!.text === 'method none (yelp)')!;
    expect(row[4]!.text).toBe('-1.00');
    expect(c.text).toContain('5 only in mine');
  });
});
