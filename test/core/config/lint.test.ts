import { resolveRuntimeConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitsMs } from '../../../packages/core/src/config/lint/waits.ts';
import { warningsOf, yaml } from '../../support/config.ts';

describe('the linter', () => {
  const rule = (lines: string, operation = '{retry: quick}') =>
    `runtime:\n  operations: {ai: ${operation}}\n  upstreams:\n    - ${lines}`;

  it('asks whether POST and PATCH may be repeated, when the operation retries and nobody said', () => {
    expect(warningsOf(rule('{match: {method: POST}, operation: ai}'))).toEqual([
      expect.stringMatching(
        /^4:7 runtime\.upstreams\[0\]: POST and PATCH are not idempotent, so ai retries them only when the failure shows that nothing was executed \(an AI SDK.s requests and those with an Idempotency-Key always\); set idempotent: true .* or false/,
      ),
    ]);
    expect(warningsOf(rule('{match: {method: [GET, patch]}, operation: ai, idempotent: auto}'))).toHaveLength(1);
  });

  it.each([
    ['{match: {method: POST}, operation: ai, idempotent: true}', '{retry: quick}'],
    ['{match: {method: POST}, operation: ai, idempotent: false}', '{retry: quick}'],
    ['{match: {method: [GET, PUT, DELETE]}, operation: ai}', '{retry: quick}'],
    ['{match: {host: a.com}, operation: ai}', '{retry: quick}'],
    ['{match: {method: POST}, operation: ai}', '{}'],
    ['{match: {method: POST}, operation: ai}', '{retry: {max_attempts: 1}}'],
  ])('does not ask at %s of an operation %s', (lines, operation) => {
    expect(warningsOf(rule(lines, operation))).toEqual([]);
  });

  it('warns of retries that the total timeout cuts off', () => {
    const text = (total: string) => yaml`
      runtime:
        operations:
          ai:
            timeout: {total: ${total}, attempt: 1s}
            retry: default
    `;
    // 3 attempts of 1 s, and waits of 0.5 s and 1 s.
    expect(warningsOf(text('4500ms'))).toEqual([]);
    expect(warningsOf(text('4499ms'))).toEqual([
      expect.stringMatching(/^5:14 runtime\.operations\.ai\.retry: when every attempt uses its whole timeout\.attempt/),
    ]);
  });

  it('warns of overrides for an operation that does not exist', () => {
    expect(
      warningsOf('runtime: {rate_limiting: {overrides: {"user:1": {serach: {capacity: 1, window: 1s}}}}}'),
    ).toEqual([
      '1:58 runtime.rate_limiting.overrides["user:1"].serach: no operation is called "serach", so this limit applies to nothing; did you mean "search"?',
    ]);
  });

  it('tells which keys of older files have no effect', () => {
    const text = yaml`
      runtime:
        health_checks:
          providers:
            custom: {check_type: callable, callable: app.checks.run}
          degraded_mode:
            alerts: {slack_webhook: x, email: y}
    `;
    expect(warningsOf(text)).toEqual([
      '4:48 runtime.health_checks.providers.custom.callable: has no effect: a check that is a function is registered in code',
      '6:15 runtime.health_checks.degraded_mode.alerts: has no effect: alerts are Prometheus rules, routed by Alertmanager',
    ]);
  });

  it('adds up waits as a loop would', () => {
    const policy = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 60 }),
      baseDelayMs: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e5, noNaN: true })),
      maxDelayMs: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      exponentialBase: fc.oneof(fc.constant(1), fc.constant(2), fc.double({ min: 1.001, max: 10, noNaN: true })),
      jitter: fc.constant('none' as const),
    });
    fc.assert(
      fc.property(policy, (one) => {
        let sum = 0;
        for (let retry = 0; retry < one.maxAttempts - 1; retry++) {
          sum += Math.min(one.maxDelayMs, one.baseDelayMs * one.exponentialBase ** retry);
        }
        expect(Math.abs(waitsMs(one) - sum)).toBeLessThanOrEqual(1e-6 * sum);
      }),
    );
  });

  it('takes no time over billions of attempts', () => {
    const most = Number.MAX_SAFE_INTEGER;
    for (const baseDelayMs of [0, 1]) {
      resolveRuntimeConfig({
        operations: {
          a: {
            retry: { maxAttempts: most, baseDelayMs, exponentialBase: 1.000000001 },
            timeout: { totalMs: 2, attemptMs: 1 },
          },
        },
      });
    }
  });
});
