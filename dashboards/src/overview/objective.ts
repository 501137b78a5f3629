import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { AMPLIFICATION_THRESHOLDS, amplification } from '../measures/attempts.ts';
import { burnRate, FAILED, SUCCEEDED, SUCCESS_THRESHOLDS, successRatio } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { increase, quantile, rate, WHOLE_RANGE } from '../promql.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';

const NO_CALLS = 'No calls';

export const objectiveRow: Row = {
  title: 'Objective: is the application getting what it should?',
  height: 7,
  details: 'retries',
  panels: [
    {
      type: 'stat',
      title: 'Success ratio',
      description:
        'Share of calls that succeeded in the end, retries included, over the whole time range. Throttled and cancelled calls are left aside: they are not failures. Below the objective, look at "Calls by outcome", then at the rows below for the reason.',
      unit: 'percentunit',
      decimals: 2,
      width: 4,
      thresholds: SUCCESS_THRESHOLDS,
      noValue: NO_CALLS,
      runbooks: ['call-success-burn', 'low-traffic-failing'],
      traces: [span(FAILED)],
      queries: [{ expression: successRatio({ over: WHOLE_RANGE }, increase), legend: 'success ratio', instant: true }],
    },
    {
      type: 'stat',
      title: 'Burn over the range',
      description:
        'How many times faster than the objective allows calls failed, over the whole time range. 1: the error budget lasts exactly as long as it should. 14 for an hour costs two per cent of the budget of 30 days.',
      unit: 'short',
      decimals: 1,
      width: 4,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 1 }, { color: 'red', from: 14.4 }],
      noValue: NO_CALLS,
      runbooks: ['call-success-burn'],
      traces: [span(FAILED)],
      queries: [{ expression: burnRate({ over: WHOLE_RANGE }, increase), legend: 'burn rate', instant: true }],
    },
    {
      type: 'timeseries',
      title: 'Burn rate by operation',
      description:
        'How many times faster than the objective allows the calls of each operation fail. Above 14.4 for an hour, or 6 for six hours, somebody should be awake; the alerts look at two windows at once so that they also end in time.',
      unit: 'short',
      width: 8,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 6 }, { color: 'red', from: 14.4 }],
      noValue: NO_CALLS,
      runbooks: ['call-success-burn'],
      traces: [span(FAILED)],
      queries: [{ expression: burnRate({ by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'stat',
      title: 'Calls',
      description: 'Calls per second that the application makes, whatever becomes of them.',
      unit: 'reqps',
      width: 2,
      noValue: NO_CALLS,
      traces: [],
      queries: [{ expression: rate(callDuration, 'count'), legend: 'calls' }],
    },
    {
      type: 'stat',
      title: 'Latency (p95)',
      description:
        '95 % of the successful calls take no longer, as the application sees it: waits, every attempt and backoff included.',
      unit: 's',
      width: 3,
      noValue: 'No successful calls',
      traces: [span(SUCCEEDED)],
      queries: [{ expression: quantile(0.95, callDuration, { where: [SUCCEEDED] }), legend: 'p95', exemplars: true }],
    },
    {
      type: 'stat',
      title: 'Amplification',
      description:
        'Attempts for each call that reached the upstream, of all operations together: 1 without retries and hedges.',
      unit: 'short',
      decimals: 2,
      width: 3,
      thresholds: AMPLIFICATION_THRESHOLDS,
      noValue: 'No attempts',
      runbooks: ['retry-storm'],
      queries: [{ expression: amplification(), legend: 'amplification' }],
    },
  ],
};
