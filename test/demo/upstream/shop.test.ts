import { afterEach, describe, expect, it } from 'vitest';
import type { Schedule } from '../../../demo/upstream/schedule.ts';
import type { UpstreamStats } from '../../../demo/upstream/stats.ts';
import { always, inTurn, type RunningUpstream, startUpstream } from '../support/upstream.ts';

let upstream: RunningUpstream | undefined;

async function get(path: string, schedule: Schedule = always(), now?: () => number): Promise<Response> {
  upstream ??= await startUpstream(schedule, now);
  return fetch(`${upstream.url}${path}`);
}

async function stats(): Promise<UpstreamStats> {
  return (await (await get('/__stats')).json()) as UpstreamStats;
}

afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

describe('the upstream, to plain fetch', () => {
  it('finds the same articles for the same words', async () => {
    const first = await (await get('/search?q=tea')).json();
    expect(first).toMatchObject({ query: 'tea', hits: [{}, {}, {}] });
    expect(await (await get('/search?q=tea')).json()).toEqual(first);
  });

  it('knows its inventory', async () => {
    expect(await (await get('/inventory/7')).json()).toMatchObject({ id: 7, inStock: expect.any(Number) });
  });

  it.each([
    ['/search', 400],
    ['/search?q=', 400],
    ['/inventory/0', 404],
    ['/inventory/501', 404],
    ['/inventory/-1', 404],
    ['/inventory/1e2', 404],
    ['/inventory/seven', 404],
    ['/', 404],
  ])('answers %s with %i, whatever the schedule', async (path, status) => {
    const response = await get(path, always({ fault: 'server_error' }));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  it('takes nothing but GET', async () => {
    await get('/inventory/7');
    expect((await fetch(`${upstream?.url}/inventory/7`, { method: 'DELETE' })).status).toBe(405);
  });

  it('locks out who searches more than it grants', async () => {
    const time = { nowMs: 0 };
    const statuses: number[] = [];
    for (let sent = 0; sent < 12; sent += 1)
      statuses.push((await get('/search?q=tea', always(), () => time.nowMs)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
    time.nowMs = 4_500;
    const locked = await get('/search?q=tea');
    expect([locked.status, locked.headers.get('retry-after'), locked.headers.get('retry-after-ms')]).toEqual([
      429,
      '1',
      '500',
    ]);
    time.nowMs = 5_000;
    expect((await get('/search?q=tea')).status).toBe(200);
  });

  it('counts what it saw and what it did', async () => {
    await get('/inventory/7', inTurn({ fault: 'unavailable' }, {}, { fault: 'unavailable' }));
    await get('/inventory/8');
    await get('/inventory/9');
    await get('/inventory/none');
    expect(await stats()).toEqual({
      requests: { inventory: 3 },
      faults: { inventory: { unavailable: 2 } },
      refused: 1,
    });
  });

  it('starts the time of its schedule with the first request that takes part in it', async () => {
    const time = { nowMs: 5_000 };
    const elapsed: number[] = [];
    const schedule: Schedule = {
      phases: [],
      treat: (_route, _nth, elapsedMs) => {
        elapsed.push(elapsedMs);
        return { fault: null, latencyMs: 0, retryAfterMs: 0 };
      },
    };
    await get('/nothing', schedule, () => time.nowMs);
    time.nowMs = 7_000;
    await get('/inventory/7');
    time.nowMs = 7_250;
    await get('/inventory/7');
    expect(elapsed).toEqual([0, 250]);
  });
});
