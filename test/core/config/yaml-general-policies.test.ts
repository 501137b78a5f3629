import { describe, expect, it } from 'vitest';
import { parse, yaml } from '../../support/config.ts';

describe('policies for all operations', () => {
  const general = yaml`
    runtime:
      circuit_breaker: {failure_ratio: 0.25, consecutive_failures: 4}
      bulkhead: {limit: 9}
      timeout: {total: 20s}
      operations:
        inherits:
        changes:
          circuit_breaker: {window: 1m, consecutive_failures: null}
          bulkhead: {queue: 3, queue_timeout: 1s, mode: shadow}
          timeout: {attempt: 5s}
        refuses: {circuit_breaker: false, bulkhead: false, timeout: false}
        confirms: {circuit_breaker: true}
  `;
  const breaker = {
    failureRatio: 0.25,
    minimumCalls: 10,
    windowMs: 30_000,
    consecutiveFailures: 4,
    openForMs: 30_000,
    halfOpenProbes: 1,
    countWindow: null,
    slowCallMs: null,
    slowCallRatio: 0.5,
    per: 'operation',
    maxTargets: 1000,
    mode: 'enforce',
  };

  it('hold for those listed, which may change or refuse them', () => {
    const { operations } = parse(general).config;
    expect(operations.inherits).toMatchObject({
      circuitBreaker: breaker,
      bulkhead: { limit: 9, queue: 0, queueTimeoutMs: null, mode: 'enforce' },
      timeout: { totalMs: 20_000, attemptMs: null },
    });
    expect(operations.changes).toMatchObject({
      circuitBreaker: { ...breaker, windowMs: 60_000, consecutiveFailures: null },
      bulkhead: { limit: 9, queue: 3, queueTimeoutMs: 1000, mode: 'shadow' },
      timeout: { totalMs: 20_000, attemptMs: 5000 },
    });
    expect(operations.refuses).toMatchObject({
      circuitBreaker: null,
      bulkhead: null,
      timeout: { totalMs: null, attemptMs: null },
    });
    expect(operations.confirms?.circuitBreaker).toEqual(breaker);
  });

  it('do not reach operations that only have a limit', () => {
    expect(parse(general).config.operations.search).toMatchObject({
      circuitBreaker: null,
      bulkhead: null,
      timeout: { totalMs: null, attemptMs: null },
    });
  });

  it('are not needed by an operation that brings its own', () => {
    const { operations } = parse(
      'runtime: {operations: {a: {circuit_breaker: true, bulkhead: {limit: 2}, timeout: {total: 1}}, b: {}}}',
    ).config;
    expect(operations.a).toMatchObject({
      circuitBreaker: { ...breaker, failureRatio: 0.5, consecutiveFailures: null },
      bulkhead: { limit: 2 },
      timeout: { totalMs: 1000 },
    });
    expect(operations.b).toMatchObject({ circuitBreaker: null, bulkhead: null });
  });

  it('switch every breaker off with enabled: false, an operation only its own', () => {
    const all = parse('runtime: {circuit_breaker: {enabled: false}, operations: {a: {circuit_breaker: true}, b: {}}}')
      .config.operations;
    expect([all.a?.circuitBreaker, all.b?.circuitBreaker]).toEqual([null, null]);
    const one = parse('runtime: {circuit_breaker: {}, operations: {a: {circuit_breaker: {enabled: false}}, b: {}}}')
      .config.operations;
    expect([one.a?.circuitBreaker, one.b?.circuitBreaker?.mode]).toEqual([null, 'enforce']);
  });
});
