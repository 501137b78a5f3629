import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { retryWastedDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { TimeSeriesPanel } from '../model.ts';
import { rate } from '../promql.ts';
import { legend } from '../selector.ts';
import { AMPLIFICATION_THRESHOLDS, amplification, savedCalls, TRIED_AGAIN, wastedRetries } from './attempts.ts';

/** What a dashboard says in its own way of a panel that others have, too. */
type Own = Pick<TimeSeriesPanel, 'width'> & Partial<Pick<TimeSeriesPanel, 'title' | 'description' | 'noValue'>>;

export function amplificationPanel(own: Own): TimeSeriesPanel {
  return {
    type: 'timeseries',
    title: 'Amplification',
    description:
      'Attempts for each call that reached the upstream: 1 without retries and hedges. Under load the retry budget keeps it near 1.2; well above that, look for an operation without a budget, or for a client library that retries on its own.',
    unit: 'short',
    decimals: 2,
    thresholds: AMPLIFICATION_THRESHOLDS,
    noValue: 'No attempts',
    runbooks: ['retry-storm'],
    traces: [TRIED_AGAIN],
    queries: [{ expression: amplification({ by: [operation] }), legend: legend(operation) }],
    ...own,
  };
}

export function savedAndWastedPanel(own: Own): TimeSeriesPanel {
  return {
    type: 'timeseries',
    title: 'Retries: saved and wasted',
    description:
      'Saved: calls per second that succeeded only because they were tried again. Wasted: retries that failed as well, or were cut off. More wasted than saved for long means that the upstream is down and not flaky: that is what the circuit breaker is for.',
    unit: 'reqps',
    stacked: true,
    noValue: 'No calls',
    colors: { saved: 'green', wasted: 'orange' },
    runbooks: ['retry-storm'],
    traces: [TRIED_AGAIN],
    queries: [
      { expression: savedCalls(), legend: 'saved' },
      { expression: wastedRetries(), legend: 'wasted' },
    ],
    ...own,
  };
}

export function timeLostPanel(own: Own): TimeSeriesPanel {
  return {
    type: 'timeseries',
    title: 'Time lost in failed attempts',
    description:
      'Seconds per second that calls spend in attempts that fail. 1 means that one call at any time is waiting for nothing: a shorter attempt timeout or the circuit breaker gives it back.',
    unit: 's',
    stacked: true,
    noValue: 'No failed attempts',
    traces: [TRIED_AGAIN],
    queries: [{ expression: rate(retryWastedDuration, 'value', { by: [operation] }), legend: legend(operation) }],
    ...own,
  };
}
