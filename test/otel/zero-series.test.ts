import { afterEach, expect, it } from 'vitest';
import type { OperationState } from '../../packages/otel/src/bridge-state.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { type Collected, startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

function zeros(collected: Collected, metric: string, ...attributes: string[]): string[] {
  const zero = collected.points(metric).filter((point) => point.value === 0);
  return zero.map((point) => attributes.map((name) => point.attributes[name]).join(' '));
}

it('begins every counter whose label sets are known at zero, before the first call', async () => {
  const otel = startOtel();
  const operation: OperationState = {
    operation: 'search',
    breaker: { state: 'closed', mode: 'shadow' },
    bulkhead: { active: 0, queued: 0, limit: 8 },
    rateLimit: { name: 'per_user', limit: 60, mode: 'shadow' },
  };
  createOtelObserver({ state: () => ({ operations: () => [operation] }) });
  const collected = await otel.collect();
  const limit = ['crossbridge.rate_limit.name', 'crossbridge.rate_limit.result', 'crossbridge.mode'];
  expect(zeros(collected, 'crossbridge.rate_limit.requests', ...limit)).toEqual([
    'per_user admitted shadow',
    'per_user throttled shadow',
    'per_user cancelled shadow',
  ]);
  expect(zeros(collected, 'crossbridge.bulkhead.rejections', 'crossbridge.mode')).toEqual(['enforce']);
  expect(zeros(collected, 'crossbridge.circuit_breaker.rejections', 'crossbridge.mode')).toEqual(['shadow']);
  const transition = ['crossbridge.circuit_breaker.from', 'crossbridge.circuit_breaker.to'];
  expect(zeros(collected, 'crossbridge.circuit_breaker.transitions', ...transition)).toContain('closed open');
  expect(zeros(collected, 'crossbridge.retry.decisions', 'crossbridge.retry.decision')).toEqual([
    'retried',
    'exhausted',
    'not_retryable',
    'budget_empty',
    'deadline',
    'circuit_open',
    'nested',
    'cancelled',
  ]);
  expect(zeros(collected, 'crossbridge.retry.decisions', 'crossbridge.mode')).toContain('enforce');
  expect(zeros(collected, 'crossbridge.config.reloads', 'crossbridge.config.reload.result')).toEqual([
    'applied',
    'rejected',
  ]);
  for (const metric of ['crossbridge.hedge.decisions', 'crossbridge.timeout.exceeded', 'crossbridge.fallback.calls']) {
    expect([metric, collected.points(metric)]).toEqual([metric, []]);
  }
  expect(zeros(collected, 'crossbridge.retry.wasted.duration', 'crossbridge.operation')).toEqual(['search']);
});

it('begins hedges, timeouts and retries in the mode they have, each only where the operation has it', async () => {
  const otel = startOtel();
  let hasTotal = false;
  const state = (): OperationState => ({
    operation: 'search',
    retry: { mode: 'shadow' },
    hedge: { mode: 'shadow' },
    timeout: { attempt: true, total: hasTotal },
    rateLimits: [
      { name: 'per_user', limit: 60 },
      { name: 'per_org', limit: 600, mode: 'shadow' },
    ],
  });
  createOtelObserver({ state: () => ({ operations: () => [state()] }) });
  const collected = await otel.collect();
  const hedge = ['crossbridge.hedge.decision', 'crossbridge.mode'];
  expect(zeros(collected, 'crossbridge.hedge.decisions', ...hedge)).toEqual([
    'hedged shadow',
    'budget_empty shadow',
    'circuit_open shadow',
    'throttled shadow',
    'not_idempotent shadow',
  ]);
  const retries = zeros(collected, 'crossbridge.retry.decisions', 'crossbridge.mode');
  expect(new Set(retries)).toEqual(new Set(['shadow']));
  const limits = zeros(collected, 'crossbridge.rate_limit.requests', 'crossbridge.rate_limit.name', 'crossbridge.mode');
  expect(new Set(limits)).toEqual(new Set(['per_user enforce', 'per_org shadow']));
  const timeout = ['crossbridge.timeout.scope', 'crossbridge.mode'];
  expect(zeros(collected, 'crossbridge.timeout.exceeded', ...timeout)).toEqual(['attempt enforce']);
  hasTotal = true;
  expect(zeros(await otel.collect(), 'crossbridge.timeout.exceeded', ...timeout)).toEqual([
    'attempt enforce',
    'total enforce',
  ]);
});

it('begins the counter of a retry that a reload takes out of shadow mode', async () => {
  const otel = startOtel();
  let mode: 'enforce' | 'shadow' = 'shadow';
  const state = (): OperationState => ({ operation: 'search', retry: { mode } });
  createOtelObserver({ state: () => ({ operations: () => [state()] }) });
  await otel.collect();
  mode = 'enforce';
  const modes = zeros(await otel.collect(), 'crossbridge.retry.decisions', 'crossbridge.mode');
  expect(new Set(modes)).toEqual(new Set(['shadow', 'enforce']));
});

it('counts the first burst up from the zero, in the same series', async () => {
  const otel = startOtel();
  const operation: OperationState = { operation: 'search', rateLimit: { name: 'search', limit: 60 } };
  const observer = createOtelObserver({ state: () => ({ operations: () => [operation] }) });
  const throttled = async () =>
    (await otel.collect()).value('crossbridge.rate_limit.requests', {
      'crossbridge.operation': 'search',
      'crossbridge.rate_limit.name': 'search',
      'crossbridge.rate_limit.result': 'throttled',
      'crossbridge.mode': 'enforce',
    });
  expect(await throttled()).toBe(0);
  for (let calls = 0; calls < 3; calls += 1) {
    await driveCall(observer, {}, (call) => {
      call.limit({ result: 'throttled' });
      return { outcome: 'throttled', errorType: 'rate_limited' };
    });
  }
  expect(await throttled()).toBe(3);
});

it('begins the counters of an operation that a reload adds, or gives a policy, with the next collection', async () => {
  const otel = startOtel();
  let operations: OperationState[] = [{ operation: 'search' }];
  createOtelObserver({ state: () => ({ operations: () => operations }) });
  await otel.collect();
  const bulkhead = { active: 0, queued: 0, limit: 1 };
  operations = [{ operation: 'search', bulkhead }, { operation: 'embed' }];
  const collected = await otel.collect();
  expect(zeros(collected, 'crossbridge.bulkhead.rejections', 'crossbridge.operation')).toEqual(['search']);
  expect(zeros(collected, 'crossbridge.retry.wasted.duration', 'crossbridge.operation')).toEqual(['search', 'embed']);
});

it('has no retry decisions for an operation that never retries, and never resets what was counted', async () => {
  const otel = startOtel();
  const observer = createOtelObserver({ state: () => ({ operations: () => [{ operation: 'search', retry: false }] }) });
  expect((await otel.collect()).points('crossbridge.retry.decisions')).toEqual([]);
  await driveCall(observer, {}, async (call) => {
    await call.fail('500', 250);
    return SUCCESS;
  });
  await otel.collect();
  const wasted = (await otel.collect()).value('crossbridge.retry.wasted.duration', {
    'crossbridge.operation': 'search',
  });
  expect(wasted).toBe(0.25);
});
