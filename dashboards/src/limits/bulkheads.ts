import { mode, operation, phase } from '../../../packages/otel/src/signals/attributes.ts';
import {
  bulkheadActive,
  bulkheadLimit,
  bulkheadQueued,
  bulkheadRejections,
  callActive,
  callPhaseDuration,
} from '../../../packages/otel/src/signals/metrics.ts';
import { BULKHEAD_THRESHOLDS, bulkheadUse } from '../measures/bulkheads.ts';
import { REFUSED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { gauge, quantile, rate } from '../promql.ts';
import { is, legend } from '../selector.ts';
import { span } from '../traceql.ts';

const EACH = { by: [operation] } as const;
const NONE = 'No bulkheads';

export const bulkheads: Row = {
  title: 'Bulkheads',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'In use',
      description:
        'Share of the slots that are taken, of all processes together. At 100 % calls queue, then are rejected.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: BULKHEAD_THRESHOLDS,
      noValue: NONE,
      runbooks: ['bulkhead-saturated'],
      queries: [{ expression: bulkheadUse(), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Slots',
      description:
        'Slots that are taken and slots that there are; an adaptive limit moves with what the upstream bears.',
      unit: 'short',
      width: 8,
      noValue: NONE,
      runbooks: ['bulkhead-saturated'],
      queries: [
        { expression: gauge(bulkheadActive, EACH), legend: `${legend(operation)}: taken` },
        { expression: gauge(bulkheadLimit, EACH), legend: `${legend(operation)}: limit` },
      ],
    },
    {
      type: 'timeseries',
      title: 'Calls under way and queued',
      description:
        'Calls that have started and not ended, and those of them that wait for a slot. Both growing together: the upstream has become slow.',
      unit: 'short',
      width: 8,
      noValue: 'No calls',
      runbooks: ['bulkhead-saturated'],
      queries: [
        { expression: gauge(callActive, EACH), legend: `${legend(operation)}: under way` },
        { expression: gauge(bulkheadQueued, EACH), legend: `${legend(operation)}: queued` },
      ],
    },
    {
      type: 'timeseries',
      title: 'Wait for a slot (p95)',
      description: 'Of the calls that waited for a slot, 95 % waited no longer. Empty while every call finds one.',
      unit: 's',
      width: 12,
      noValue: 'No call waited',
      runbooks: ['bulkhead-saturated'],
      traces: [],
      queries: [
        {
          expression: quantile(0.95, callPhaseDuration, { where: [is(phase, 'queue')], by: [operation] }),
          legend: legend(operation),
          exemplars: true,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Rejected',
      description:
        'Calls per second that the bulkhead refused: no slot, and no place in the queue or no time left in it.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: NONE,
      runbooks: ['bulkhead-rejecting'],
      traces: [span(REFUSED)],
      queries: [
        { expression: rate(bulkheadRejections, 'value', { by: [operation, mode] }), legend: legend(operation, mode) },
      ],
    },
  ],
};
