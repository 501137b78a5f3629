import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCOPE_NAME, SCOPE_VERSION } from '../../packages/otel/src/instrumentation-scope.ts';
import { prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import { allowedValues } from '../../packages/otel/src/signals/definitions.ts';
import { GEN_AI } from '../../packages/otel/src/signals/gen-ai-names.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';

const { attributes, metrics, spans, events, logs } = CATALOGUE;

describe('the catalogue', () => {
  it('names every signal once, in lower case, inside a namespace', () => {
    for (const group of [attributes, metrics, events, logs]) {
      const names = group.map((signal) => signal.name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/);
    }
  });

  it('uses its own prefix for everything but the standard attributes', () => {
    const foreign = [...attributes, ...metrics, ...events, ...logs].filter(
      (signal) => !signal.name.startsWith('crossbridge.'),
    );
    expect(foreign.map((signal) => signal.name).sort()).toEqual(
      [...Object.values(GEN_AI), 'error.type', 'http.request.resend_count'].sort(),
    );
  });

  it('has no attribute whose name is the namespace of another', () => {
    for (const { name } of attributes) {
      expect(attributes.filter((other) => other.name.startsWith(`${name}.`)).map((other) => other.name)).toEqual([]);
    }
  });

  it('puts nothing unbounded on a metric', () => {
    for (const metric of metrics) {
      for (const attribute of [...metric.attributes, ...metric.optional]) {
        expect(`${metric.name} ${attribute.name} ${attribute.bound}`).not.toContain('nothing');
      }
    }
  });

  it('gives a meaning to every signal and to every value of a closed set', () => {
    for (const signal of [...attributes, ...metrics, ...spans, ...events, ...logs]) {
      expect(signal.description).toMatch(/^[A-Z].*\.$/);
    }
    for (const attribute of attributes) {
      const values = allowedValues(attribute);
      expect(values.length > 0).toBe(attribute.bound === 'values');
      for (const value of values) expect(attribute.values[value]).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('measures in seconds, in singular annotations or, only where it is a fraction, in ones', () => {
    for (const { unit } of metrics) expect(unit).toMatch(/^(1|s|\{[a-z]*([^s]|ss)\})$/);
    const fractions = metrics.filter(({ unit }) => unit === '1');
    expect(fractions.map(({ name }) => name)).toEqual(['crossbridge.retry.budget.remaining']);
    for (const metric of metrics) expect(metric.unit === 's').toBe(/(duration|delay)$/.test(metric.name));
  });

  it('resolves durations of its own from a millisecond to two minutes', () => {
    for (const metric of metrics) {
      if (metric.type !== 'histogram') continue;
      expect(metric.boundaries).toEqual([...metric.boundaries].sort((a, b) => a - b));
      if (metric.name.startsWith('gen_ai.')) continue;
      expect(metric.boundaries[0]).toBe(0.001);
      expect(metric.boundaries.at(-1)).toBe(120);
    }
  });

  it('gives each one-hot gauge an attribute with a closed set of values', () => {
    const oneHot = metrics.flatMap((metric) => (metric.type === 'gauge' && metric.oneHot ? [metric] : []));
    expect(oneHot.map((metric) => metric.name)).toEqual([
      'crossbridge.circuit_breaker.state',
      'crossbridge.health.overall',
      'crossbridge.health.status',
      'crossbridge.patch.status',
      'crossbridge.rate_limit.store.state',
    ]);
    for (const metric of oneHot) {
      expect(metric.oneHot?.bound).toBe('values');
      expect(metric.attributes).toContain(metric.oneHot);
    }
  });

  it('gives each metric a Prometheus name of its own', () => {
    expect(metrics.map(prometheusMetricName).sort()).toEqual([
      'crossbridge_attempt_duration_seconds',
      'crossbridge_bulkhead_active',
      'crossbridge_bulkhead_limit',
      'crossbridge_bulkhead_queued',
      'crossbridge_bulkhead_rejections_total',
      'crossbridge_call_active',
      'crossbridge_call_duration_seconds',
      'crossbridge_call_phase_duration_seconds',
      'crossbridge_circuit_breaker_rejections_total',
      'crossbridge_circuit_breaker_state',
      'crossbridge_circuit_breaker_transitions_total',
      'crossbridge_config_reloads_total',
      'crossbridge_fallback_calls_total',
      'crossbridge_health_check_duration_seconds',
      'crossbridge_health_flapping',
      'crossbridge_health_overall',
      'crossbridge_health_ready',
      'crossbridge_health_required',
      'crossbridge_health_status',
      'crossbridge_health_transitions_total',
      'crossbridge_hedge_decisions_total',
      'crossbridge_patch_status',
      'crossbridge_rate_limit_evictions_total',
      'crossbridge_rate_limit_keys',
      'crossbridge_rate_limit_limit',
      'crossbridge_rate_limit_overflows_total',
      'crossbridge_rate_limit_requests_total',
      'crossbridge_rate_limit_store_duration_seconds',
      'crossbridge_rate_limit_store_leased_tokens',
      'crossbridge_rate_limit_store_state',
      'crossbridge_rate_limit_store_transitions_total',
      'crossbridge_rate_limit_wait_duration_seconds',
      'crossbridge_retry_budget_remaining_ratio',
      'crossbridge_retry_decisions_total',
      'crossbridge_retry_delay_seconds',
      'crossbridge_retry_wasted_duration_seconds_total',
      'crossbridge_stream_duration_seconds',
      'crossbridge_stream_first_content_duration_seconds',
      'crossbridge_stream_tokens_total',
      'crossbridge_telemetry_losses_total',
      'crossbridge_timeout_exceeded_total',
      'crossbridge_upstream_quota_limit',
      'crossbridge_upstream_quota_remaining',
      'gen_ai_client_operation_duration_seconds',
      'gen_ai_client_token_usage',
    ]);
  });
});

it('names the instrumentation scope after the package and its version', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../packages/otel/package.json', import.meta.url), 'utf8'));
  expect({ name: SCOPE_NAME, version: SCOPE_VERSION }).toEqual({ name: manifest.name, version: manifest.version });
});
