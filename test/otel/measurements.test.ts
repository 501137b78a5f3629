import { afterEach, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

const SEARCH = { 'crossbridge.operation': 'search' };

/** Attributes and value of every series of a counter. */
function series(collected: Collected, metric: string): readonly unknown[] {
  return collected.points(metric).map((point) => ({ ...point.attributes, value: point.value }));
}

it('counts what a retry in shadow mode would have done apart, and as no retry', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  await driveCall(observer, {}, async (call) => {
    await call.fail('503');
    call.decideInShadow('retried', '503', 400);
    return { outcome: 'error', errorType: '503' };
  });
  await driveCall(observer, {}, async (call) => {
    await call.fail('503');
    call.decide('retried', '503', 100);
    await call.attempt();
    return SUCCESS;
  });
  const collected = await otel.collect();
  const retried = { ...SEARCH, 'crossbridge.retry.decision': 'retried', 'error.type': '503' };
  expect(series(collected, 'crossbridge.retry.decisions')).toEqual([
    { ...retried, 'crossbridge.mode': 'shadow', value: 1 },
    { ...retried, 'crossbridge.mode': 'enforce', value: 1 },
  ]);
  const [delay, ...others] = collected.points('crossbridge.retry.delay');
  expect(others).toEqual([]);
  expect(delay?.value).toMatchObject({ count: 1, sum: 0.1 });
});

it('counts timeouts by what ran out of time, those that shadow mode let go on apart', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, async (call) => {
    call.runOutOfTime('attempt', 100, 'shadow');
    call.runOutOfTime('attempt', 100, 'shadow');
    call.runOutOfTime('total', 300);
    await call.attempt({ outcome: 'timeout', errorType: 'deadline_exceeded' });
    return { outcome: 'timeout', errorType: 'deadline_exceeded' };
  });
  expect(series(await otel.collect(), 'crossbridge.timeout.exceeded')).toEqual([
    { ...SEARCH, 'crossbridge.timeout.scope': 'attempt', 'crossbridge.mode': 'shadow', value: 2 },
    { ...SEARCH, 'crossbridge.timeout.scope': 'total', 'crossbridge.mode': 'enforce', value: 1 },
  ]);
});

it('counts hedges by why they were, or were not, made, and their attempts as a kind of their own', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  await driveCall(observer, {}, async (call) => {
    const run = async () => {
      call.hedge('hedged');
      await call.attempt({ kind: 'hedge', durationMs: 250 });
    };
    await call.attempt({ run, outcome: 'cancelled', errorType: 'cancelled' });
    return SUCCESS;
  });
  await driveCall(observer, {}, async (call) => {
    call.hedge('hedged', 50, 'shadow');
    call.hedge('budget_empty');
    await call.attempt();
    return SUCCESS;
  });
  const collected = await otel.collect();
  const decided = (decision: string, mode: string) => ({
    ...SEARCH,
    'crossbridge.hedge.decision': decision,
    'crossbridge.mode': mode,
    value: 1,
  });
  expect(series(collected, 'crossbridge.hedge.decisions')).toEqual([
    decided('hedged', 'enforce'),
    decided('hedged', 'shadow'),
    decided('budget_empty', 'enforce'),
  ]);
  const hedge = { ...SEARCH, 'crossbridge.attempt.kind': 'hedge', 'crossbridge.outcome': 'success' };
  expect(collected.value('crossbridge.attempt.duration', hedge)).toMatchObject({ count: 1, sum: 0.25 });
  expect(collected.points('crossbridge.attempt.duration').map(({ attributes }) => attributes)).not.toContainEqual(
    expect.objectContaining({ 'crossbridge.attempt.kind': 'retry' }),
  );
});

it('counts fallbacks by the failure that they stood in for, and the call as that failure', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, (call) => {
    call.fallBack('circuit_open');
    return { outcome: 'rejected', errorType: 'circuit_open' };
  });
  const collected = await otel.collect();
  expect(series(collected, 'crossbridge.fallback.calls')).toEqual([
    { ...SEARCH, 'error.type': 'circuit_open', value: 1 },
  ]);
  const rejected = { ...SEARCH, 'crossbridge.outcome': 'rejected', 'error.type': 'circuit_open' };
  expect(collected.value('crossbridge.call.duration', rejected)).toMatchObject({ count: 1 });
});

it('counts reloads, which belong to no call, by what became of them', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  observer.on({ type: 'config.reloaded', result: 'applied', changed: ['search'], call: undefined });
  observer.on({ type: 'config.reloaded', result: 'rejected', changed: [], call: undefined });
  observer.on({ type: 'config.reloaded', result: 'applied', changed: [], call: undefined });
  expect(series(await otel.collect(), 'crossbridge.config.reloads')).toEqual([
    { 'crossbridge.config.reload.result': 'applied', value: 2 },
    { 'crossbridge.config.reload.result': 'rejected', value: 1 },
  ]);
});

it('has no series for each target of a circuit breaker', async () => {
  const otel = startOtel();
  await driveCall(createOtelObserver(), {}, (call) => {
    call.moveBreaker('closed', 'open', 'a.example.com');
    call.moveBreaker('closed', 'open', 'b.example.com');
    return { outcome: 'error', errorType: '503' };
  });
  expect(series(await otel.collect(), 'crossbridge.circuit_breaker.transitions')).toEqual([
    { ...SEARCH, 'crossbridge.circuit_breaker.from': 'closed', 'crossbridge.circuit_breaker.to': 'open', value: 2 },
  ]);
});
