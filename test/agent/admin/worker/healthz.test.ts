import { afterEach, describe, expect, it, vi } from 'vitest';
import { check, site, snapshotOf } from '../fakes.ts';

function running() {
  const admin = site();
  admin.shared.beat();
  admin.main.reply = () => ({ status: 200, contentType: 'application/json', body: '[{"operation":"search"}]' });
  return admin;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('/healthz', () => {
  it('is short by default', async () => {
    const { view, main, get } = running();
    view.snapshot = snapshotOf(check('a', 'healthy'), check('b', 'degraded'), check('c', 'unhealthy'));
    const answer = await get('/healthz');
    expect(answer).toMatchObject({ status: 200, contentType: 'application/health+json; charset=utf-8' });
    expect(answer.json).toEqual({ status: 'warn', overallStatus: 'degraded', stopping: false, failing: ['b', 'c'] });
    expect(main.asked).toEqual([]);
  });

  it.each([
    ['healthy', 200, 'pass'],
    ['degraded', 200, 'warn'],
    ['unhealthy', 503, 'fail'],
    ['unknown', 503, 'fail'],
  ] as const)('says %s with %i and %s', async (overall, status, draft) => {
    const { view, get } = running();
    view.snapshot = { ...snapshotOf(), overall };
    const answer = await get('/healthz');
    expect([answer.status, answer.json.status]).toEqual([status, draft]);
  });

  it('is unknown before the first snapshot', async () => {
    expect(await running().get('/healthz')).toMatchObject({ status: 503, json: { overallStatus: 'unknown' } });
  });

  it('shows every check as the draft wants it, and the live state of the operations, when it is to be verbose', async () => {
    const { view, get } = running();
    const last = {
      status: 'unhealthy',
      atMs: Date.UTC(2026, 0, 2),
      durationMs: 31,
      inARow: 4,
      details: { pool: 3 },
    } as const;
    view.snapshot = snapshotOf(
      check('ok', 'healthy'),
      check('db', 'unhealthy', { required: false, flapping: true, last }),
    );
    const { json } = await get('/healthz?verbose');
    expect(json.checks).toMatchObject({
      ok: [{ componentId: 'ok', componentType: 'component', status: 'pass', time: '2026-01-01T00:00:00.000Z' }],
      db: [
        {
          componentId: 'db',
          status: 'fail',
          output: 'db is unhealthy',
          time: '2026-01-02T00:00:00.000Z',
          observedValue: 31,
          observedUnit: 'ms',
          checkStatus: 'unhealthy',
          required: false,
          flapping: true,
          since: '2026-01-01T00:00:00.000Z',
          inARow: 4,
          details: { pool: 3 },
        },
      ],
      event_loop: [{ componentType: 'system', status: 'pass', observedValue: 0 }],
    });
    expect((json.checks as { ok: object[] }).ok[0]).not.toHaveProperty('output');
    expect(json.operations).toEqual([{ operation: 'search' }]);
  });

  it('leaves excluded checks out of status and body', async () => {
    const { view, get } = running();
    view.snapshot = snapshotOf(check('a', 'healthy'), check('b', 'unhealthy', { required: true }));
    expect((await get('/healthz')).status).toBe(503);
    const { status, json } = await get('/healthz?verbose&exclude=b&exclude=nothing');
    expect([status, json.overallStatus, Object.keys(json.checks as object)]).toEqual([
      200,
      'healthy',
      ['a', 'event_loop'],
    ]);
    expect(json.notExcluded).toEqual(['nothing']);
  });

  it('serves the last snapshot while the main thread is stuck, and says so', async () => {
    vi.useFakeTimers();
    const { view, pulse, main, get } = running();
    view.snapshot = snapshotOf(check('a', 'healthy'));
    main.reply = undefined;
    pulse.ageMs = 7_000;
    const asking = get('/healthz?verbose');
    await vi.advanceTimersByTimeAsync(2_000);
    const { status, json } = await asking;
    expect(status).toBe(503);
    expect(json).toMatchObject({
      status: 'fail',
      overallStatus: 'healthy',
      output: 'event loop blocked for 7.0 s: the checks are as they were before',
      failing: ['event_loop'],
      operations: null,
      notes: [expect.stringContaining('did not answer')],
    });
    expect(json.checks).toHaveProperty('a');
  });
});

describe('/metrics', () => {
  it('hands the Accept header on, and the answer back as it is', async () => {
    const { main, get } = running();
    main.reply = () => ({ status: 200, contentType: 'application/openmetrics-text', body: '# EOF\n' });
    const answer = await get('/metrics', 'application/openmetrics-text');
    expect(main.asked).toEqual([{ kind: 'metrics', accept: 'application/openmetrics-text' }]);
    expect(answer).toMatchObject({ status: 200, contentType: 'application/openmetrics-text', body: '# EOF\n' });
  });

  it('says so when the main thread does not answer within ten seconds', async () => {
    vi.useFakeTimers();
    const { main, pulse, get } = running();
    main.reply = undefined;
    pulse.ageMs = 12_000;
    const asking = get('/metrics');
    await vi.advanceTimersByTimeAsync(10_000);
    const { status, body } = await asking;
    expect(status).toBe(503);
    expect(body).toContain('within 10.0 s; its event loop has been blocked for 12.0 s');
  });
});
