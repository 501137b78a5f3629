import { describe, expect, it } from 'vitest';
import { check, pending, site, snapshotOf } from '../fakes.ts';

function running(settings = {}) {
  const admin = site(settings);
  admin.shared.beat();
  admin.view.snapshot = snapshotOf(check('db', 'healthy'));
  return admin;
}

describe('/livez', () => {
  it('asks no dependency, and waits for no start', async () => {
    const { view, get } = site();
    expect(await get('/livez')).toMatchObject({ status: 200, json: { status: 'pass', heartbeatAgeMs: 0 } });
    view.snapshot = snapshotOf(check('db', 'unhealthy', { required: true }));
    expect((await get('/livez')).status).toBe(200);
  });

  it('stays while the process stops', async () => {
    const { shared, get } = running();
    shared.stop();
    expect((await get('/livez')).status).toBe(200);
  });

  it('fails only beyond its limit, and is back with the next beat', async () => {
    const { pulse, get } = running();
    pulse.ageMs = 30_000;
    expect(await get('/livez')).toMatchObject({ status: 200, json: { heartbeatAgeMs: 30_000 } });
    pulse.ageMs = 30_001;
    expect(await get('/livez')).toMatchObject({
      status: 503,
      json: { status: 'fail', output: 'event loop blocked for 30.0 s' },
    });
    pulse.ageMs = 0;
    expect((await get('/livez')).status).toBe(200);
  });

  it('can be asked without its only check', async () => {
    const { pulse, get } = running();
    pulse.ageMs = 60_000;
    expect((await get('/livez?exclude=event_loop')).status).toBe(200);
    expect((await get('/livez?exclude=db')).json).toMatchObject({ status: 'fail', notExcluded: ['db'] });
  });
});

describe('/readyz', () => {
  it.each([
    ['healthy', true, 200, 'pass'],
    ['degraded', true, 200, 'warn'],
    ['degraded', false, 503, 'fail'],
    ['unhealthy', false, 503, 'fail'],
    ['unknown', false, 503, 'fail'],
  ] as const)('answers %s, ready: %s, with %i', async (overall, isReady, status, draft) => {
    const { view, get } = running();
    view.snapshot = { ...snapshotOf(check('db', overall)), overall, ready: isReady };
    const answer = await get('/readyz');
    expect([answer.status, answer.json.status, answer.json.overallStatus]).toEqual([status, draft, overall]);
  });

  it('fails at once when the process is told to stop, whatever else is', async () => {
    const { shared, get } = running();
    expect((await get('/readyz')).status).toBe(200);
    shared.stop();
    expect(await get('/readyz')).toMatchObject({ status: 503, json: { status: 'fail', output: 'stopping' } });
    expect((await get('/readyz?exclude=shutdown')).status).toBe(200);
  });

  it('fails while the event loop is blocked for longer than five seconds', async () => {
    const { pulse, get } = running();
    pulse.ageMs = 5_000;
    expect((await get('/readyz')).status).toBe(200);
    pulse.ageMs = 5_250;
    expect(await get('/readyz')).toMatchObject({ status: 503, json: { output: 'event loop blocked for 5.3 s' } });
    expect((await get('/readyz?exclude=event_loop')).status).toBe(200);
  });

  it('fails before anything is known, and before the event loop has turned', async () => {
    const { view, shared, get } = site();
    expect(await get('/readyz')).toMatchObject({ status: 503, json: { output: 'starting' } });
    view.snapshot = snapshotOf();
    expect((await get('/readyz')).status).toBe(503);
    shared.beat();
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is what the config says of a service that is degraded without the excluded checks, too', async () => {
    const { view, get } = running();
    const checks = [check('a', 'healthy'), check('b', 'degraded'), check('c', 'unhealthy', { required: true })];
    view.snapshot = snapshotOf(...checks);
    expect((await get('/readyz?exclude=c')).status).toBe(200);
    view.snapshot = { ...snapshotOf(...checks), continueOnDegraded: false };
    expect(await get('/readyz?exclude=c')).toMatchObject({ status: 503, json: { output: 'health is degraded' } });
  });

  it('names what fails, and says no more without being asked', async () => {
    const { view, get } = running();
    view.snapshot = snapshotOf(check('a', 'healthy'), check('b', 'unhealthy', { message: 'connect 10.0.0.1 refused' }));
    const short = await get('/readyz');
    expect(short.json).toEqual({ status: 'warn', overallStatus: 'degraded', failing: ['b'] });
    expect(short.body).not.toContain('10.0.0.1');
    expect(Object.keys((await get('/readyz?verbose')).json.checks as object)).toEqual(['a', 'b', 'event_loop']);
  });

  it('leaves excluded checks out of the verdict, and says which names are none', async () => {
    const { view, get } = running();
    view.snapshot = snapshotOf(check('a', 'healthy'), check('b', 'unhealthy', { required: true }));
    expect((await get('/readyz')).status).toBe(503);
    expect(await get('/readyz?exclude=b')).toMatchObject({ status: 200, json: { status: 'pass', failing: [] } });
    expect(await get('/readyz?exclude=b&exclude=a')).toMatchObject({ status: 200 });
    expect(await get('/readyz?exclude=bb')).toMatchObject({ status: 503, json: { notExcluded: ['bb'] } });
  });
});

describe('/startupz', () => {
  it('fails until every check has had a result, whatever it was', async () => {
    const { view, shared, get } = site();
    shared.beat();
    expect((await get('/startupz')).status).toBe(503);
    view.snapshot = snapshotOf(check('a', 'unhealthy'), pending('b'));
    expect(await get('/startupz')).toMatchObject({ status: 503, json: { status: 'fail', pending: ['b'] } });
    view.snapshot = snapshotOf(check('a', 'unhealthy'), check('b', 'unhealthy'));
    expect(await get('/startupz')).toMatchObject({ status: 200, json: { status: 'pass' } });
  });

  it('passes for ever after, whatever the checks say', async () => {
    const { view, shared, get } = running();
    expect((await get('/startupz')).status).toBe(200);
    view.snapshot = snapshotOf(pending('late'), check('db', 'unknown'));
    shared.stop();
    expect((await get('/startupz')).status).toBe(200);
  });

  it('fails while the application still loads', async () => {
    const { view, shared, get } = site();
    view.snapshot = snapshotOf();
    expect(await get('/startupz')).toMatchObject({ status: 503, json: { output: 'the application is loading' } });
    shared.beat();
    expect((await get('/startupz')).status).toBe(200);
  });

  it('does not take the start for over because somebody asked without some checks', async () => {
    const { view, get } = running();
    view.snapshot = snapshotOf(pending('slow'));
    expect((await get('/startupz?exclude=slow')).status).toBe(200);
    expect((await get('/startupz')).status).toBe(503);
  });
});
