import { expect, test } from 'vitest';
import { Explainer, isOlder } from '../../../../packages/agent/src/cli/verify/explain.ts';
import { otherSpelling } from '../../../../packages/agent/src/cli/verify/metric-names.ts';
import type { PrometheusApi } from '../../../../packages/agent/src/cli/verify/prometheus-api.ts';
import { durationSeconds, scrapeSeconds } from '../../../../packages/agent/src/cli/verify/survey.ts';

const CALLS = 'crossbridge_call_duration_seconds_count';

const SURVEY = {
  version: '3.14.0',
  names: [CALLS],
  jobs: ['shop'],
  exportedJobs: [],
  agents: [],
  targets: [{ labels: { job: 'shop' }, scrapeUrl: 'http://shop/metrics', health: 'down', lastError: 'refused' }],
  rules: undefined,
  exemplars: undefined,
} as const;

/** Answers the numbers by what the query begins with. */
function explainer(numbers: Readonly<Record<string, number>>): Explainer {
  const api: Pick<PrometheusApi, 'series' | 'number'> = {
    series: async () => [{ __name__: CALLS, job: 'shop' }],
    number: async (query) => Object.entries(numbers).find(([begin]) => query.startsWith(begin))?.[1],
  };
  return new Explainer({
    api: api as PrometheusApi,
    survey: SURVEY,
    range: { start: 0, end: 3600, step: 30 },
    version: '0.1.0',
  });
}

test('one sample is too few for a growth', async () => {
  const found = await explainer({ 'max(count_over_time': 1, 'count(': 1 }).emptiness(`rate(${CALLS}[5m])`);
  expect(found).toMatchObject({ verdict: 'idle', reason: 'one_sample' });
});

test('a series that has ended is missed, with the reason of the target that had it', async () => {
  const found = await explainer({ 'max(count_over_time': 30 }).emptiness(`sum(${CALLS})`);
  expect(found).toMatchObject({ verdict: 'broken', reason: 'stale' });
  expect(found.message).toContain('http://shop/metrics: refused');
});

test('a series that is there and does not move tells of no traffic', async () => {
  const found = await explainer({ 'max(count_over_time': 30, 'count(': 4 }).emptiness(`rate(${CALLS}[5m]) > 0`);
  expect(found).toMatchObject({ verdict: 'idle', reason: 'no_traffic' });
});

test('other spellings are of the same metric, and of the same part of it', () => {
  const names = ['crossbridge_call_duration_bucket', 'crossbridge_call_duration_count', 'crossbridge.retry.decisions'];
  expect(otherSpelling(CALLS, names)).toBe('crossbridge_call_duration_count');
  expect(otherSpelling('crossbridge_retry_decisions_total', names)).toBe('crossbridge.retry.decisions');
  expect(otherSpelling('crossbridge_attempt_duration_seconds_count', names)).toBeUndefined();
  // What is another metric of the catalogue is no spelling of this one.
  expect(otherSpelling('crossbridge_rate_limit_limit', ['crossbridge_bulkhead_limit'])).toBeUndefined();
});

test.each([
  ['0.1.0', '0.2.0', true],
  ['0.9.0', '0.10.0', true],
  ['1.0.0', '0.10.9', false],
  ['0.1.0', '0.1.0', false],
  ['', '0.1.0', false],
])('version %s is before %s: %s', (one, other, expected) => {
  expect(isOlder(one, other)).toBe(expected);
});

test('durations are read as Prometheus writes them', () => {
  expect(durationSeconds('1m30s')).toBe(90);
  expect(durationSeconds('500ms')).toBe(0.5);
  expect(durationSeconds('2d')).toBe(172_800);
  expect(durationSeconds('15')).toBeUndefined();
  expect(durationSeconds('1h ')).toBeUndefined();
});

test('the interval of the scrapes is the longest one, and the usual one where none is told', () => {
  const target = { ...SURVEY.targets[0], scrapeInterval: '30s' };
  expect(scrapeSeconds({ ...SURVEY, targets: [target, { ...target, scrapeInterval: '1m' }] })).toBe(60);
  expect(scrapeSeconds(SURVEY)).toBe(15);
});
