import { breakerTo, operation, breakerState as stateAttribute } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerState, breakerTransitions } from '../../../packages/otel/src/signals/metrics.ts';
import type { Annotation, Row } from '../model.ts';
import { increase, state } from '../promql.ts';
import { is, legend } from '../selector.ts';

const OPENINGS = increase(breakerTransitions, 'value', { where: [is(breakerTo, 'open')], by: [operation] });

export const breakers: Row = {
  title: 'Circuit breakers',
  height: 8,
  panels: [
    {
      type: 'state-timeline',
      title: 'State of each breaker',
      description:
        'Closed: calls pass. Open: the upstream keeps failing, so calls are refused at once. Half open: a few probes find out whether it is back. Isolated: an operator holds it open. Where processes differ the worst state is shown.',
      unit: 'none',
      width: 16,
      noValue: 'No breakers',
      states: [
        { value: 0, text: 'closed', color: 'green' },
        { value: 1, text: 'half open', color: 'yellow' },
        { value: 2, text: 'open', color: 'red' },
        { value: 3, text: 'isolated', color: 'purple' },
      ],
      queries: [
        {
          expression: state(breakerState, stateAttribute, { closed: 0, half_open: 1, open: 2, isolated: 3 }, [
            operation,
          ]),
          legend: legend(operation),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Openings',
      description:
        'How often each breaker opened within a step of the graph. Again and again is flapping: the upstream recovers for a moment only, or `open_for` is too short.',
      unit: 'short',
      width: 8,
      noValue: 'No breakers',
      queries: [{ expression: OPENINGS, legend: legend(operation) }],
    },
  ],
};

/** Marks on every panel: most other changes on the dashboard follow from these. */
export const breakerOpenings: Annotation = {
  title: 'Circuit breaker opened',
  expression: `${OPENINGS} > 0`,
  text: legend(operation),
  color: 'red',
};
