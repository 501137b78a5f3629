import {
  attemptKind,
  errorType,
  mode,
  operation,
  outcome,
  timeoutScope,
} from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, callDuration, timeoutExceeded } from '../../../packages/otel/src/signals/metrics.ts';
import { FAILED, SUCCEEDED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { buckets, quantile, rate } from '../promql.ts';
import { is, isNot, legend } from '../selector.ts';
import { span } from '../traceql.ts';

const FAILED_ATTEMPT = is(outcome, 'error', 'timeout');

export const latency: Row = {
  title: 'Attempts beside calls: whose time is it?',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Successful calls and attempts (p95)',
      description:
        'A call as the application sees it, beside the attempt that answered it. The distance between the two is waiting and trying again, which is ours; the attempt is the upstream.',
      unit: 's',
      width: 12,
      noValue: 'No successful calls',
      traces: [span(SUCCEEDED)],
      queries: [
        {
          expression: quantile(0.95, callDuration, { where: [SUCCEEDED], by: [operation] }),
          legend: `${legend(operation)}: call`,
          exemplars: true,
        },
        {
          expression: quantile(0.95, attemptDuration, { where: [SUCCEEDED], by: [operation] }),
          legend: `${legend(operation)}: attempt`,
          exemplars: true,
        },
      ],
    },
    {
      type: 'heatmap',
      title: 'Successful attempts by duration',
      description:
        'How many successful attempts took how long. Two bands apart are two kinds of answers, such as those of a cache and of what is behind it: no percentile tells of that.',
      unit: 's',
      width: 12,
      noValue: 'No successful attempts',
      traces: [span(SUCCEEDED)],
      queries: [{ expression: buckets(attemptDuration, { where: [SUCCEEDED] }), legend: '{{le}}', exemplars: true }],
    },
    {
      type: 'timeseries',
      title: 'Failed attempts by error',
      description:
        "The upstream's own failures, before any retry mends them: status codes, and codes of CrossBridge for what has none.",
      unit: 'reqps',
      width: 8,
      stacked: true,
      noValue: 'No failed attempts',
      traces: [span(FAILED)],
      queries: [
        {
          expression: rate(attemptDuration, 'count', { where: [FAILED_ATTEMPT], by: [errorType] }),
          legend: legend(errorType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Attempts by kind and outcome',
      description:
        'First attempts, retries and hedges, and how each ended. A retry that fails as often as the first attempt does no good.',
      unit: 'reqps',
      width: 8,
      stacked: true,
      noValue: 'No attempts',
      traces: [],
      queries: [
        {
          expression: rate(attemptDuration, 'count', {
            where: [isNot(outcome, 'cancelled')],
            by: [attemptKind, outcome],
          }),
          legend: legend(attemptKind, outcome),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Timeouts',
      description:
        'Attempts and whole calls that ran out of time. Many attempts near the limit that then succeed: the limit is too tight. `shadow`: they went on.',
      unit: 'ops',
      width: 8,
      noValue: 'No timeouts configured',
      traces: [span(is(outcome, 'timeout'))],
      queries: [
        {
          expression: rate(timeoutExceeded, 'value', { by: [operation, timeoutScope, mode] }),
          legend: legend(operation, timeoutScope, mode),
        },
      ],
    },
  ],
};
