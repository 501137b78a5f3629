import { breakerTo, operation, breakerState as stateAttribute } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerState, breakerTransitions } from '../../../packages/otel/src/signals/metrics.ts';
import type { StateTimelinePanel, StateValue } from '../model.ts';
import { increase, state } from '../promql.ts';
import { is, legend } from '../selector.ts';

/** By how much each state should worry. */
const CODES = { closed: 0, half_open: 1, open: 2, isolated: 3 } as const;

const STATES: readonly StateValue[] = [
  { value: CODES.closed, text: 'closed', color: 'green' },
  { value: CODES.half_open, text: 'half open', color: 'yellow' },
  { value: CODES.open, text: 'open', color: 'red' },
  { value: CODES.isolated, text: 'isolated', color: 'purple' },
];

/** Openings of each breaker within a step of the graph. */
export const OPENINGS: string = increase(breakerTransitions, 'value', {
  where: [is(breakerTo, 'open')],
  by: [operation],
});

/** A band for each operation's breaker. */
export const breakerTimeline: StateTimelinePanel = {
  type: 'state-timeline',
  title: 'State of each breaker',
  description:
    'Closed: calls pass. Open: the upstream keeps failing, so calls are refused at once. Half open: a few probes find out whether it is back. Isolated: an operator holds it open. Where processes differ the worst state is shown.',
  unit: 'none',
  width: 16,
  noValue: 'No breakers',
  states: STATES,
  runbooks: ['breaker-open', 'breaker-isolated'],
  queries: [{ expression: state(breakerState, stateAttribute, CODES, [operation]), legend: legend(operation) }],
};
