import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerTimeline, OPENINGS } from '../measures/breakers.ts';
import type { Row } from '../model.ts';
import { legend } from '../selector.ts';

export const breakers: Row = {
  title: 'Circuit breakers',
  height: 8,
  details: 'retries',
  panels: [
    breakerTimeline,
    {
      type: 'timeseries',
      title: 'Openings',
      description:
        'How often each breaker opened within a step of the graph. Again and again is flapping: the upstream recovers for a moment only, or `open_for` is too short.',
      unit: 'short',
      width: 8,
      noValue: 'No breakers',
      runbooks: ['breaker-flapping'],
      queries: [{ expression: OPENINGS, legend: legend(operation) }],
    },
  ],
};
