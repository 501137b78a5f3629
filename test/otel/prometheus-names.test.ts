import { describe, expect, it } from 'vitest';
import {
  type PrometheusMetricType,
  prometheusLabelName,
  prometheusMetricName,
  prometheusUnit,
} from '../../packages/otel/src/prometheus-names.ts';

// What otlptranslator 1.0.0 (of Prometheus 3 and the Collector) answered, quirks included.
const METRICS: readonly (readonly [
  name: string,
  unit: string,
  type: PrometheusMetricType,
  prometheusName: string,
  prometheusUnit: string,
])[] = [
  ['crossbridge.call.duration', 's', 'histogram', 'crossbridge_call_duration_seconds', 'seconds'],
  ['crossbridge.retry.wasted.duration', 's', 'counter', 'crossbridge_retry_wasted_duration_seconds_total', 'seconds'],
  ['crossbridge.call.active', '{call}', 'updowncounter', 'crossbridge_call_active', ''],
  ['requests', '', 'counter', 'requests_total', ''],
  ['requests.total', '', 'counter', 'requests_total', ''],
  ['total.requests', '', 'counter', 'requests_total', ''],
  ['items', '1', 'counter', 'items_total', ''],
  ['active', '1', 'updowncounter', 'active', ''],
  ['cpu.usage', '1', 'gauge', 'cpu_usage_ratio', ''],
  ['cpu.usage.ratio', '1', 'gauge', 'cpu_usage_ratio', ''],
  ['ratio', '1', 'histogram', 'ratio', ''],
  ['response.time', 'ms', 'gauge', 'response_time_milliseconds', 'milliseconds'],
  ['response.seconds', 's', 'gauge', 'response_seconds', 'seconds'],
  ['seconds.of.response', 's', 'histogram', 'seconds_of_response', 'seconds'],
  ['memory', 'By', 'gauge', 'memory_bytes', 'bytes'],
  ['memory', 'KiBy', 'gauge', 'memory_kibibytes', 'kibibytes'],
  ['capacity', 'TiBy', 'gauge', 'capacity_tibibytes', 'tibibytes'],
  ['transfer', 'KBy', 'gauge', 'transfer_kilobytes', 'kilobytes'],
  ['transfer', 'kBy', 'gauge', 'transfer_kBy', 'kBy'],
  ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second', 'bytes_per_second'],
  ['requests', '1/s', 'gauge', 'requests_per_second', 'per_second'],
  ['requests', '{request}/s', 'gauge', 'requests_per_second', 'per_second'],
  ['custom', 'By/{x}', 'gauge', 'custom_bytes', 'bytes'],
  ['visits', '1/mo', 'counter', 'visits_per_month_total', 'per_month'],
  ['bytes.per_second', 'By/s', 'gauge', 'bytes_per_second_per_second', 'bytes_per_second'],
  ['cpu', '%', 'gauge', 'cpu_percent', 'percent'],
  ['t', 'Cel', 'gauge', 't_celsius', 'celsius'],
  ['f', 'Hz', 'gauge', 'f_hertz', 'hertz'],
  ['x', 'custom unit', 'gauge', 'x_custom_unit', 'custom_unit'],
  ['x', 'unit@with#special/chars', 'gauge', 'x_unit_with_special_per_chars', 'unit_with_special_per_chars'],
  ['x', 'a/b/c', 'gauge', 'x_a_per_b_c', 'a_per_b_c'],
  ['metric', 'By/', 'gauge', 'metric_bytes', 'bytes'],
  ['metric', ' By / s ', 'gauge', 'metric_bytes_per_second', 'bytes_per_second'],
  ['metric', '/', 'gauge', 'metric', ''],
  ['metric', 's/_', 'gauge', 'metric_seconds', 'seconds_per'],
  ['metric', '__u__', 'gauge', 'metric_u_', 'u'],
  ['metric', '__u__/s', 'gauge', 'metric_u_per_second', 'u__per_second'],
  ['x', 'constructor', 'gauge', 'x_constructor', 'constructor'],
  ['a@#$b..c__d', '', 'gauge', 'a_b_c_d', ''],
  ['_leading.and.trailing_', '', 'gauge', 'leading_and_trailing', ''],
  ['9lives', '', 'counter', '_9lives_total', ''],
  ['job:sum', 's', 'gauge', 'job:sum_seconds', 'seconds'],
  ['ütf8.name', 's', 'gauge', 'tf8_name_seconds', 'seconds'],
  ['@#$', 's', 'gauge', 'seconds', 'seconds'],
];

const LABELS: readonly (readonly [attribute: string, label: string])[] = [
  ['crossbridge.operation', 'crossbridge_operation'],
  ['error.type', 'error_type'],
  ['label:with:colons', 'label_with_colons'],
  ['Upper', 'Upper'],
  ['a!b&c)', 'a_b_c_'],
  ['字符x', '__x'],
  ['123label', 'key_123label'],
  ['_x', 'key_x'],
  ['__x', '__x'],
  ['_', 'key_'],
  ['a..b', 'a__b'],
];

describe('metric names', () => {
  it.each(METRICS)('are translated as Prometheus does it: %j in %j, a %s, is %j', (name, unit, type, translated) => {
    expect(prometheusMetricName({ name, unit, type })).toBe(translated);
  });

  it('must keep at least one character', () => {
    expect(() => prometheusMetricName({ name: '@#$', unit: '', type: 'gauge' })).toThrow(/'@#\$' has no character/);
  });
});

describe('units', () => {
  it.each(METRICS.map(([, unit, , , translated]) => [unit, translated]))('%j is %j', (unit, translated) => {
    expect(prometheusUnit(unit)).toBe(translated);
  });
});

describe('label names', () => {
  it.each(LABELS)('are translated as Prometheus does it: %j is %j', (attribute, label) => {
    expect(prometheusLabelName(attribute)).toBe(label);
  });

  it.each(['', '__', '$$'])('must keep at least one character, unlike %j', (attribute) => {
    expect(() => prometheusLabelName(attribute)).toThrow(RangeError);
  });
});
