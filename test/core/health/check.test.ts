import { describe, expect, it } from 'vitest';
import { HealthCheck, unlimited } from '../../../packages/core/src/health/check.ts';
import type { HealthResult } from '../../../packages/core/src/health/result.ts';

class DatabaseCheck extends HealthCheck {
  readonly #fn: () => unknown;

  constructor(fn: () => unknown, name?: string) {
    super(name);
    this.#fn = fn;
  }

  override check(): Promise<HealthResult> {
    return this.measure(this.#fn);
  }
}

const failing = (error: unknown) =>
  new DatabaseCheck(() => {
    throw error;
  }).check();

describe('HealthCheck', () => {
  it('is called by its class unless it has a name', () => {
    expect(new DatabaseCheck(() => ({ status: 'healthy' })).name).toBe('DatabaseCheck');
    expect(new DatabaseCheck(() => ({ status: 'healthy' }), 'db').name).toBe('db');
  });

  it('keeps what the measured function found, and stamps how long it took', async () => {
    const check = new DatabaseCheck(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { status: 'degraded', message: 'slow', details: { lag: 3 } };
    });
    const result = await check.check();
    expect(result).toMatchObject({ status: 'degraded', message: 'slow', details: { lag: 3 } });
    expect(result.durationMs).toBeGreaterThan(0);
  });

  it('turns what is thrown into an unhealthy result that says what it was', async () => {
    expect(await failing(new TypeError('no pool'))).toMatchObject({
      status: 'unhealthy',
      message: 'Check failed: TypeError: no pool',
      details: { exception: 'no pool' },
    });
    expect((await failing('plain text')).message).toBe('Check failed: string: plain text');
  });

  it('tells the causes of an error that says little itself, and the code of one that says nothing', async () => {
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1:5432'),
      new Error('connect ECONNREFUSED 127.0.0.1:5432'),
    ]);
    expect((await failing(new TypeError('fetch failed', { cause: refused }))).message).toBe(
      'Check failed: TypeError: fetch failed: connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432',
    );
    expect((await failing(Object.assign(new Error(''), { code: 'ECONNRESET' }))).message).toBe(
      'Check failed: Error: ECONNRESET',
    );
  });

  it('leaves out what says nothing, and what was said already', async () => {
    const inner = new Error('', { cause: new Error('refused') });
    expect((await failing(inner)).message).toBe('Check failed: Error: refused');
    expect((await failing(new Error('db: refused', { cause: inner }))).message).toBe(
      'Check failed: Error: db: refused',
    );
    expect((await failing(new Error(''))).message).toBe('Check failed: Error: no message');
  });

  it('ends with errors that are their own cause', async () => {
    const circle: Error & { cause?: unknown } = new Error('round');
    circle.cause = circle;
    expect((await failing(circle)).message).toBe('Check failed: Error: round');
  });

  it('survives errors that cannot be read', async () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('not readable');
      },
    });
    expect(await failing(hostile)).toMatchObject({ status: 'unhealthy' });
    expect(await failing(Object.create(null))).toMatchObject({ status: 'unhealthy' });
  });

  it('keeps secrets of an error to itself', async () => {
    const { message, details } = await failing(new Error('cannot reach postgres://app:hunter2@db/shop'));
    expect(JSON.stringify({ message, details })).not.toContain('hunter2');
  });

  it('can be run by hand with nothing to end it', () => {
    expect(unlimited().signal.aborted).toBe(false);
  });
});
