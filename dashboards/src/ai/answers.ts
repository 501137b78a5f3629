import { operation, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration, streamFirstContentDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { brokenStreams } from '../measures/streams.ts';
import { FAILED, SUCCEEDED, SUCCESS_THRESHOLDS, successRatio } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { quantile, rate } from '../promql.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';

export const answers: Row = {
  title: 'Answers',
  height: 7,
  details: 'retries',
  panels: [
    {
      type: 'stat',
      title: 'Success ratio',
      description: 'Share of the calls of models that succeeded in the end, throttled and cancelled ones aside.',
      unit: 'percentunit',
      decimals: 2,
      width: 4,
      thresholds: SUCCESS_THRESHOLDS,
      noValue: 'No calls',
      runbooks: ['call-success-burn'],
      traces: [span(FAILED)],
      queries: [{ expression: successRatio(), legend: 'success ratio' }],
    },
    {
      type: 'stat',
      title: 'First content (p95)',
      description:
        'Time from the request to the first content of a streamed answer, limits, queues and retries included: what a person waits for. 95 % wait no longer.',
      unit: 's',
      width: 4,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 2 }, { color: 'red', from: 5 }],
      noValue: 'No streams',
      traces: [],
      queries: [{ expression: quantile(0.95, streamFirstContentDuration), legend: 'first content' }],
    },
    {
      type: 'stat',
      title: 'Broken streams',
      description:
        'Share of the streamed answers that failed, were cut off or stalled after their first content: nothing can be retried then, and the application got a typed error.',
      unit: 'percentunit',
      decimals: 2,
      width: 4,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.01 }, { color: 'red', from: 0.05 }],
      noValue: 'No streams',
      traces: [],
      queries: [{ expression: brokenStreams(), legend: 'broken' }],
    },
    {
      type: 'timeseries',
      title: 'Calls by operation and outcome',
      description:
        'How calls of models end, as the application sees it. A streamed answer counts as a success with its first content.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: 'No calls',
      traces: [span(FAILED)],
      queries: [
        { expression: rate(callDuration, 'count', { by: [operation, outcome] }), legend: legend(operation, outcome) },
      ],
    },
    {
      type: 'timeseries',
      title: 'Duration of calls (p95)',
      description:
        '95 % of the successful calls of each operation take no longer: until the whole answer, or the first content of a stream.',
      unit: 's',
      width: 24,
      noValue: 'No calls',
      traces: [span(SUCCEEDED)],
      queries: [
        {
          expression: quantile(0.95, callDuration, { where: [SUCCEEDED], by: [operation] }),
          legend: legend(operation),
          exemplars: true,
        },
      ],
    },
  ],
};
