import { describe, expect, it } from 'vitest';
import { createClassifier } from '../../../packages/core/src/classification/classify.ts';
import type { OperationConfig } from '../../../packages/core/src/config/types.ts';
import { Notifier } from '../../../packages/core/src/notifier.ts';
import { Call } from '../../../packages/core/src/pipeline/call.ts';
import { Operation } from '../../../packages/core/src/pipeline/operation.ts';
import { NO_POLICIES } from '../../../packages/core/src/pipeline/operation-registry.ts';
import { runCall } from '../../../packages/core/src/pipeline/run.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function operation(policies: Partial<OperationConfig> = {}) {
  const clock = new VirtualClock();
  const classify = createClassifier({});
  const environment = { clock, random: () => 0.5, notifier: new Notifier(), classify };
  const subject = new Operation('op', { ...NO_POLICIES, ...policies }, environment, undefined);
  const run = (fn: () => unknown, options: ConstructorParameters<typeof Call>[2] = {}) =>
    runCall(subject, new Call('op', subject.config.timeout, options, clock), async () => fn(), undefined).catch(
      () => {},
    );
  return { subject, run, clock };
}

function failWith(error: object) {
  return () => {
    throw Object.assign(new Error('upstream'), error);
  };
}

describe('the totals of an operation', () => {
  it.each([
    ['an answer', () => 1, { calls: 1, failures: 0 }],
    ['a server error', failWith({ status: 503 }), { calls: 1, failures: 1 }],
    ['an unknown error', failWith({}), { calls: 1, failures: 1 }],
    ['a lost connection', failWith({ code: 'ECONNRESET' }), { calls: 1, failures: 1 }],
    ['an answer that says no', failWith({ status: 404 }), { calls: 1, failures: 0 }],
    ['being too many', failWith({ status: 429 }), { calls: 1, failures: 0 }],
    ['an error of the program', failWith({ name: 'AbortError' }), { calls: 0, failures: 0 }],
  ])('count %s as %o', async (_what, fn, totals) => {
    const { subject, run } = operation();
    await run(fn);
    expect(subject.traffic).toMatchObject(totals);
  });

  it('count a call that ran out of time as a failure, and one that its caller gave up as nothing', async () => {
    const { subject, run, clock } = operation({ timeout: { totalMs: 50, attemptMs: null, mode: 'enforce' } });
    const late = run(() => new Promise(() => {}));
    await clock.advance(50);
    await late;
    expect(subject.traffic).toMatchObject({ calls: 1, failures: 1 });
    const abort = new AbortController();
    const givenUp = run(() => new Promise(() => {}), { signal: abort.signal });
    abort.abort();
    await givenUp;
    expect(subject.traffic).toMatchObject({ calls: 1, failures: 1 });
  });

  it('leave out calls that were refused before they reached the callee', async () => {
    const { subject, run } = operation({
      bulkhead: { limit: 1, queue: 0, queueTimeoutMs: null, adaptive: null, mode: 'enforce' },
    });
    let finish = (): void => {};
    const first = run(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await run(() => 1);
    expect(subject.active).toBe(1);
    expect(subject.traffic).toMatchObject({ calls: 0, failures: 0 });
    finish();
    await first;
    expect(subject.active).toBe(0);
    expect(subject.traffic).toMatchObject({ calls: 1, failures: 0 });
  });
});
