import { breakerFrom, breakerTo, mode, operation } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerRejections, breakerTransitions } from '../../../packages/otel/src/signals/metrics.ts';
import { breakerTimeline, OPENINGS } from '../measures/breakers.ts';
import { REFUSED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { increase, rate } from '../promql.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';

export const breakers: Row = {
  title: 'Circuit breakers',
  height: 8,
  panels: [
    { ...breakerTimeline, width: 12 },
    {
      type: 'timeseries',
      title: 'Load kept away',
      description:
        'Calls per second that breakers refused: what the failing upstream was spared, and what the application was told at once instead of after a timeout.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: 'No breakers',
      runbooks: ['breaker-open'],
      traces: [span(REFUSED)],
      queries: [
        { expression: rate(breakerRejections, 'value', { by: [operation, mode] }), legend: legend(operation, mode) },
      ],
    },
    {
      type: 'timeseries',
      title: 'Transitions',
      description:
        'Changes of state within a step of the graph. half_open → open again and again: the probes still fail. half_open → closed and soon closed → open: the upstream bears the probes and not the load.',
      unit: 'short',
      width: 12,
      noValue: 'No breakers',
      runbooks: ['breaker-flapping'],
      queries: [
        {
          expression: increase(breakerTransitions, 'value', { by: [breakerFrom, breakerTo] }),
          legend: `${legend(breakerFrom)} → ${legend(breakerTo)}`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Openings by operation',
      description: 'How often each breaker opened within a step of the graph. Again and again is flapping.',
      unit: 'short',
      width: 12,
      noValue: 'No breakers',
      runbooks: ['breaker-flapping'],
      queries: [{ expression: OPENINGS, legend: legend(operation) }],
    },
  ],
};
