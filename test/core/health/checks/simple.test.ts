import { describe, expect, it } from 'vitest';
import { SimpleHealthCheck } from '../../../../packages/core/src/health/checks/simple.ts';
import { HealthResult } from '../../../../packages/core/src/health/result.ts';

const run = (fn: ConstructorParameters<typeof SimpleHealthCheck>[1]) => new SimpleHealthCheck('db', fn).check();

describe('SimpleHealthCheck', () => {
  it('takes what is truthy for healthy, now or later', async () => {
    for (const answer of [true, 1, 'yes', {}]) {
      expect(await run(() => answer)).toMatchObject({ status: 'healthy', message: 'OK' });
      expect(await run(async () => answer)).toMatchObject({ status: 'healthy', message: 'OK' });
    }
  });

  it('takes what is falsy for a failure, and says what it was', async () => {
    expect(await run(() => false)).toMatchObject({ status: 'unhealthy', message: 'Check returned false' });
    expect(await run(async () => 0)).toMatchObject({ status: 'unhealthy', message: 'Check returned 0' });
    expect(await run(() => null)).toMatchObject({ status: 'unhealthy', message: 'Check returned null' });
  });

  it('tells somebody who forgot to return something what to return', async () => {
    expect(await run(() => {})).toMatchObject({
      status: 'unhealthy',
      message: 'Check returned undefined; a check that works returns true',
    });
  });

  it('takes a result as it is, whether of the class or of the same shape', async () => {
    const result = new HealthResult({ status: 'degraded', message: 'lagging', details: { lagMs: 900 } });
    expect(await run(() => result)).toMatchObject({ status: 'degraded', message: 'lagging', details: { lagMs: 900 } });
    expect(await run(async () => ({ status: 'unknown', message: 'no idea' }))).toMatchObject({
      status: 'unknown',
      message: 'no idea',
      details: {},
    });
  });

  it('does not take a response of 503 for healthy because it is an object', async () => {
    const { status, message } = await run(() => new Response('', { status: 503 }));
    expect(status).toBe('unknown');
    expect(message).toContain('the status 503');
  });

  it('turns what is thrown or rejected into an unhealthy result', async () => {
    const failure = {
      status: 'unhealthy',
      message: 'Check failed: RangeError: too far',
      details: { exception: 'too far' },
    };
    expect(
      await run(() => {
        throw new RangeError('too far');
      }),
    ).toMatchObject(failure);
    expect(await run(() => Promise.reject(new RangeError('too far')))).toMatchObject(failure);
  });

  it('hands on the signal', async () => {
    const { signal } = new AbortController();
    let seen: AbortSignal | undefined;
    await new SimpleHealthCheck('db', (context) => {
      seen = context.signal;
      return true;
    }).check({ signal });
    expect(seen).toBe(signal);
  });
});
