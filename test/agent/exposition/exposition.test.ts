import { execFileSync } from 'node:child_process';
import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposition } from '../../../packages/agent/src/exposition/exposition.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';

type Attributes = Record<string, string | number | boolean>;

interface Given {
  readonly unit?: string;
  readonly description?: string;
}

function base(name: string, { unit = '', description = 'Help.' }: Given) {
  return {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function point<Value>(attributes: Attributes, value: Value) {
  return { startTime: [0, 0] as [number, number], endTime: [1, 0] as [number, number], attributes, value };
}

function counter(name: string, points: readonly (readonly [Attributes, number])[], given: Given = {}): MetricData {
  const dataPoints = points.map(([attributes, value]) => point(attributes, value));
  return { ...base(name, given), dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
}

function gauge(name: string, attributes: Attributes, value: number, given: Given = {}): MetricData {
  return { ...base(name, given), dataPointType: DataPointType.GAUGE, dataPoints: [point(attributes, value)] };
}

const exemplar = { value: 0.2, timeMs: 1_700_000_000_123, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

function histogram(name: string, given: Given = {}): MetricData {
  const value = { buckets: { boundaries: [0.1, 0.25, 1], counts: [1, 2, 0, 1] }, sum: 3.5, count: 4 };
  const dataPoints = [{ ...point({ op: 'search' }, value), exemplars: [exemplar, { ...exemplar, value: 3 }] }];
  return { ...base(name, given), dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

function collected(metrics: MetricData[], resource: Attributes = { 'service.name': 'shop' }): ResourceMetrics {
  return { resource: resourceFromAttributes(resource), scopeMetrics: [{ scope: { name: 'app' }, metrics }] };
}

describe('OpenMetrics', () => {
  it('names families of counters without _total, gives units, links buckets to traces, and ends', () => {
    const metrics = [
      counter('calls', [[{ op: 'search' }, 3]]),
      counter('waste', [[{}, 1.5]], { unit: 's' }),
      gauge('level', { zone: 'a' }, 0.5),
      histogram('call.duration', { unit: 's', description: 'Say "how" long\nit \\ took.' }),
    ];
    expect(exposition(collected(metrics), 'openmetrics')).toBe(
      [
        '# HELP target Target metadata',
        '# TYPE target info',
        'target_info{service_name="shop"} 1',
        '# HELP calls Help.',
        '# TYPE calls counter',
        'calls_total{op="search",otel_scope_name="app"} 3',
        '# HELP waste_seconds Help.',
        '# TYPE waste_seconds counter',
        '# UNIT waste_seconds seconds',
        'waste_seconds_total{otel_scope_name="app"} 1.5',
        '# HELP level Help.',
        '# TYPE level gauge',
        'level{zone="a",otel_scope_name="app"} 0.5',
        '# HELP call_duration_seconds Say \\"how\\" long\\nit \\\\ took.',
        '# TYPE call_duration_seconds histogram',
        '# UNIT call_duration_seconds seconds',
        'call_duration_seconds_bucket{op="search",otel_scope_name="app",le="0.1"} 1',
        `call_duration_seconds_bucket{op="search",otel_scope_name="app",le="0.25"} 3 # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} 0.2 1700000000.123`,
        'call_duration_seconds_bucket{op="search",otel_scope_name="app",le="1"} 3',
        `call_duration_seconds_bucket{op="search",otel_scope_name="app",le="+Inf"} 4 # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} 3 1700000000.123`,
        'call_duration_seconds_sum{op="search",otel_scope_name="app"} 3.5',
        'call_duration_seconds_count{op="search",otel_scope_name="app"} 4',
        '# EOF',
        '',
      ].join('\n'),
    );
  });
});

describe('Prometheus text', () => {
  it('has the same samples, and neither exemplars nor an end', () => {
    const metrics = collected([counter('calls', [[{}, 1]]), histogram('call.duration', { unit: 's' })]);
    const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const open = samples(exposition(metrics, 'openmetrics')).map((line) => line.replace(/ # .*$/, ''));
    const text = exposition(metrics, 'prometheus');
    expect(samples(text)).toEqual(open);
    expect(text).not.toMatch(/# EOF|# UNIT|trace_id/);
    expect(text).toContain('# TYPE calls_total counter');
  });
});

it('puts what several scopes tell under one name together, and tells the first of two types', () => {
  const { resource } = collected([]);
  const text = exposition(
    {
      resource,
      scopeMetrics: [
        { scope: { name: 'a' }, metrics: [counter('jobs', [[{}, 1]]), gauge('depth', {}, 1)] },
        { scope: { name: 'b' }, metrics: [counter('depth', [[{}, 9]]), counter('jobs', [[{}, 2]])] },
        { scope: { name: 'c' }, metrics: [histogram('depth')] },
      ],
    },
    'prometheus',
  );
  expect(text.match(/^# TYPE.*$/gm)).toEqual([
    '# TYPE target_info gauge',
    '# TYPE jobs_total counter',
    '# TYPE depth gauge',
    '# TYPE depth_total counter',
  ]);
  expect(text).toContain('jobs_total{otel_scope_name="a"} 1\njobs_total{otel_scope_name="b"} 2');
});

it('survives names that Prometheus cannot hold, and joins labels that fall together', () => {
  const text = exposition(
    collected([counter('ütf', [[{ 'a.b': 'x', 'a-b': 'y', '': 'nameless', __: 'no' }, 1]]), counter('é', [[{}, 1]])]),
    'prometheus',
  );
  expect(text).toContain('tf_total{a_b="x;y",otel_scope_name="app"} 1');
  expect(text.split('\n').filter((line) => line.includes('nameless') || line.startsWith('_total'))).toEqual([]);
});

it('leaves out what a histogram says of `le`, which its buckets have already', () => {
  const { dataPoints, ...metric } = histogram('call.duration') as HistogramMetricData;
  const points = dataPoints.map((each) => ({ ...each, attributes: { ...each.attributes, le: 'hostile' } }));
  const text = exposition(collected([{ ...metric, dataPoints: points }]), 'openmetrics');
  expect(text).toBe(exposition(collected([histogram('call.duration')]), 'openmetrics'));
  expect(exposition(collected([gauge('paper', { le: 'a4' }, 1)]), 'openmetrics')).toContain('paper{le="a4",');
});

/** Reads a sample back as a parser does. */
function parse(line: string): { readonly labels: { readonly hostile?: string }; readonly value: string } | undefined {
  const found = /^[a-zA-Z_:][a-zA-Z0-9_:]*\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\} (\S+)$/.exec(
    line,
  );
  if (found === null) return undefined;
  const labels: Record<string, string> = {};
  for (const [, name = '', text = ''] of (found[1] ?? '').matchAll(/([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = text.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
  }
  return { labels, value: found[2] ?? '' };
}

it('escapes any label value so that a parser reads it back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.double(), (value, number) => {
      const text = exposition(collected([gauge('g', { hostile: value }, number)]), 'prometheus');
      const start = text.indexOf('\ng{') + 1;
      const sample = parse(text.slice(start, -1));
      expect(sample?.labels.hostile).toBe(value);
      expect(Number(sample?.value.replace('Inf', 'Infinity'))).toBe(number === 0 ? 0 : number);
    }),
  );
});

describeWithServers(['promtool'], 'promtool', () => {
  it('finds nothing to say about the text', () => {
    const metrics = [
      counter('calls', [[{ 'http.route': '/a"b\\c\nd', 'weird.label': 'é💥' }, 3]], { description: 'Calls.' }),
      histogram('call.duration', { unit: 's', description: 'Duration.' }),
      gauge('level', {}, Number.POSITIVE_INFINITY, { description: 'Level.' }),
    ];
    const input = exposition(collected(metrics), 'prometheus');
    expect(execFileSync(serverPath('promtool'), ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
  });
});
