import { createOtelObserver } from '@crossbridge/otel';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import {
  httpError,
  type OperationInput,
  plainRetry,
  rejection,
  type TestBridge,
  testBridge,
} from '../support/bridges.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';

afterEach(stopOtel);

/** A real bridge on a virtual clock, watched by a real observer. */
function watched(operation: OperationInput): TestBridge {
  const made = testBridge({ rateLimit: false, ...operation });
  made.bridge.observe(createOtelObserver({ state: () => made.bridge.state, now: () => made.clock.now() }));
  return made;
}

/** What was counted in each series of `metric`, by the values of attributes; series that are still at zero left out. */
function counted(collected: Collected, metric: string, ...attributes: string[]): Record<string, unknown> {
  const points = collected.points(metric).filter(({ value }) => value !== 0);
  return Object.fromEntries(
    points.map((point) => [attributes.map((name) => point.attributes[name]).join(' '), point.value]),
  );
}

it('tells a hedge that answered from the attempt that it beat', async () => {
  const otel = startOtel({ annotator: false });
  const { bridge, clock } = watched({ hedge: { delayMs: 50 } });
  const answer = bridge.run('op', ({ attempt, signal }) => {
    if (attempt === 2) return Promise.resolve('hedge');
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  expect(await clock.run(answer)).toBe('hedge');
  await clock.advance(0);
  const collected = await otel.collect();
  const decided = ['crossbridge.hedge.decision', 'crossbridge.mode'];
  expect(counted(collected, 'crossbridge.hedge.decisions', ...decided)).toEqual({ 'hedged enforce': 1 });
  const ended = collected
    .points('crossbridge.attempt.duration')
    .map(({ attributes, value }) => [
      attributes['crossbridge.attempt.kind'],
      attributes['crossbridge.outcome'],
      (value as { count: number }).count,
    ]);
  expect(ended.sort()).toEqual([
    ['hedge', 'success', 1],
    ['initial', 'cancelled', 1],
  ]);
  const attempts = (await otel.spans()).filter(({ name }) => name === 'op attempt');
  expect(attempts.map(({ attributes }) => attributes['crossbridge.attempt.kind']).sort()).toEqual(['hedge', 'initial']);
  const call = await otel.span('op');
  expect(call.events.map(({ name }) => name)).toEqual(['crossbridge.hedge']);
  expect(call.attributes).toMatchObject({ 'crossbridge.outcome': 'success', 'crossbridge.call.attempts': 2 });
});

it('counts an attempt that its timeout ended, and one that shadow mode let go on', async () => {
  const otel = startOtel();
  const slow = () => new Promise((resolve) => clock.setTimeout(() => resolve('late'), 300));
  let { bridge, clock } = watched({ timeout: { attemptMs: 100, totalMs: 200, mode: 'shadow' } });
  expect(await clock.run(bridge.run('op', slow))).toBe('late');
  const exceeded = ['crossbridge.timeout.scope', 'crossbridge.mode'];
  expect(counted(await otel.collect(), 'crossbridge.timeout.exceeded', ...exceeded)).toEqual({
    'attempt shadow': 1,
    'total shadow': 1,
  });
  const { events, status } = await otel.span('op');
  expect(events.map(({ attributes }) => attributes?.['crossbridge.timeout.limit'])).toEqual([0.1, 0.2]);
  expect(status.code).toBe(SpanStatusCode.UNSET);
  ({ bridge, clock } = watched({ timeout: { attemptMs: 100 } }));
  expect(await clock.run(rejection(bridge.run('op', slow)))).toMatchObject({ code: 'attempt_timeout' });
  expect(counted(await otel.collect(), 'crossbridge.timeout.exceeded', ...exceeded)).toMatchObject({
    'attempt enforce': 1,
  });
});

it('counts what a retry in shadow mode would have done, and shows one attempt', async () => {
  const otel = startOtel({ annotator: false });
  const { bridge, clock } = watched({ retry: { ...plainRetry, mode: 'shadow' } });
  const failure = httpError(503);
  expect(await clock.run(rejection(bridge.run('op', () => Promise.reject(failure))))).toBe(failure);
  const collected = await otel.collect();
  const decided = ['crossbridge.retry.decision', 'crossbridge.mode'];
  expect(counted(collected, 'crossbridge.retry.decisions', ...decided)).toEqual({ 'retried shadow': 1 });
  expect(collected.points('crossbridge.retry.delay')).toEqual([]);
  expect((await otel.spans()).map(({ name }) => name)).toEqual(['op attempt', 'op']);
  expect((await otel.span('op')).events).toEqual([]);
});

it('keeps the failure on the span of a call that a fallback answered', async () => {
  const otel = startOtel();
  const { bridge, clock } = watched({});
  const answer = bridge.run('op', () => Promise.reject(httpError(503)), { fallback: { value: 'cached' } });
  expect(await clock.run(answer)).toBe('cached');
  expect(counted(await otel.collect(), 'crossbridge.fallback.calls', 'error.type')).toEqual({ '503': 1 });
  const span = await otel.span('op');
  expect(span.status.code).toBe(SpanStatusCode.ERROR);
  expect(span.attributes).toMatchObject({ 'crossbridge.fallback': true, 'crossbridge.outcome': 'error' });
});

it('counts the reloads of a bridge, and shows on its spans the breaker that one of them gives an operation', async () => {
  const otel = startOtel();
  const { bridge, clock } = watched({});
  const stateOf = async () => {
    await clock.run(bridge.run('op', async () => 'answer'));
    return (await otel.spans()).at(-1)?.attributes['crossbridge.circuit_breaker.state'];
  };
  expect(await stateOf()).toBeUndefined();
  bridge.apply({ operations: { op: { rateLimit: false, circuitBreaker: true } } });
  expect(await stateOf()).toBe('closed');
  expect(() => bridge.apply({ operations: { op: { bulkhead: { limit: -1 } } } })).toThrow();
  expect(counted(await otel.collect(), 'crossbridge.config.reloads', 'crossbridge.config.reload.result')).toEqual({
    applied: 1,
    rejected: 1,
  });
});
