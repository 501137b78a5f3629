import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse, problemsOf, yaml } from '../../support/config.ts';

describe('an adaptive bulkhead', () => {
  const adaptiveOf = (general: string, own: string) =>
    parse(`runtime: {bulkhead: {limit: 4${general}}, operations: {a: {bulkhead: {${own}}}}}`).config.operations.a
      ?.bulkhead?.adaptive;
  const defaults = { algorithm: 'gradient', minLimit: 1, maxLimit: 40, maxHealthyLatencyMs: null };

  it('starts from the defaults', () => {
    expect(adaptiveOf('', 'adaptive: true')).toEqual(defaults);
    expect(adaptiveOf('', 'adaptive: {}')).toEqual(defaults);
    expect(adaptiveOf('', 'limit: 7, adaptive: true')).toEqual({ ...defaults, maxLimit: 70 });
    expect(adaptiveOf('', '')).toBeNull();
    expect(adaptiveOf('', 'adaptive: false')).toBeNull();
  });

  it('takes what the operation leaves out from the bulkhead of all operations', () => {
    const general = ', adaptive: {algorithm: aimd, max_limit: 9, max_healthy_latency: 1s}';
    const all = { algorithm: 'aimd', minLimit: 1, maxLimit: 9, maxHealthyLatencyMs: 1000 };
    expect(adaptiveOf(general, '')).toEqual(all);
    expect(adaptiveOf(general, 'adaptive:')).toEqual(all);
    expect(adaptiveOf(general, 'adaptive: true')).toEqual(all);
    expect(adaptiveOf(general, 'adaptive: {min_limit: 3, max_healthy_latency: null}')).toEqual({
      ...all,
      minLimit: 3,
      maxHealthyLatencyMs: null,
    });
    expect(adaptiveOf(general, 'adaptive: false')).toBeNull();
  });

  it('comes back unchanged from a complete configuration', () => {
    const { config } = parse(
      'runtime: {operations: {a: {bulkhead: {limit: 2, adaptive: true}}, b: {bulkhead: {limit: 1}}}}',
    );
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it.each([
    [
      'bulkhead: {limit: 2, adaptive: {min_limit: 3}}',
      '1:54 runtime.bulkhead.adaptive.min_limit: limit (2) is below adaptive.min_limit (3); start with at least as many, or lower the bound',
    ],
    [
      'bulkhead: {limit: 5, adaptive: {max_limit: 4}}, operations: {a: {}, b: {bulkhead: {queue: 1}}}',
      '1:54 runtime.bulkhead.adaptive.max_limit: limit (5) is above adaptive.max_limit (4); start with at most as many, or raise the bound',
    ],
    [
      'bulkhead: {limit: 5, adaptive: {max_limit: 9}}, operations: {a: {bulkhead: {limit: 10}}}',
      '1:94 runtime.operations.a.bulkhead.limit: limit (10) is above adaptive.max_limit (9); start with at most as many, or raise the bound',
    ],
    [
      'operations: {a: {bulkhead: {limit: 5, adaptive: {algorithm: gradiant}}}}',
      '1:71 runtime.operations.a.bulkhead.adaptive.algorithm: expected one of gradient, aimd, got gradiant; did you mean "gradient"?',
    ],
  ])('%s is refused once', (sections, problem) => {
    expect(problemsOf(`runtime: {${sections}}`)).toEqual([problem]);
  });
});

describe('further fields of the other policies', () => {
  it('are read in the units of the code', () => {
    const { config } = parse(yaml`
      runtime:
        circuit_breaker: {slow_call: 2s, slow_call_ratio: 0.25, count_window: 40, per: target, max_targets: 7}
        timeout: {total: 9s, mode: shadow}
        health_checks: {success_threshold: 2}
        operations:
          a: {retry: {policy: quick, mode: shadow}, circuit_breaker: {slow_call: null, count_window: null}}
          b: {retry: quick, timeout: {mode: enforce}}
    `);
    expect(config.operations.a).toMatchObject({
      circuitBreaker: { slowCallMs: null, slowCallRatio: 0.25, countWindow: null, per: 'target', maxTargets: 7 },
      retry: { maxAttempts: 2, mode: 'shadow' },
      timeout: { totalMs: 9000, attemptMs: null, mode: 'shadow' },
    });
    expect(config.operations.b).toMatchObject({
      circuitBreaker: { slowCallMs: 2000, countWindow: 40 },
      retry: { maxAttempts: 2, mode: 'enforce' },
      timeout: { totalMs: 9000, mode: 'enforce' },
    });
    expect(config.healthChecks.successThreshold).toBe(2);
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it('do not belong to a named retry policy', () => {
    expect(problemsOf('runtime: {retry: {quick_policy: {mode: shadow}}}')).toEqual([
      expect.stringContaining('runtime.retry.quick_policy.mode: unknown key "mode"'),
    ]);
  });
});
