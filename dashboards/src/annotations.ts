import { breakerTo, operation, reloadResult } from '../../packages/otel/src/signals/attributes.ts';
import { breakerTransitions, configReloads } from '../../packages/otel/src/signals/metrics.ts';
import { OPENINGS } from './measures/breakers.ts';
import type { Annotation } from './model.ts';
import { increase } from './promql.ts';
import { is, legend } from './selector.ts';

/** Marks on every panel: most other changes on a dashboard follow from these. */
export const MARKS: readonly Annotation[] = [
  { title: 'Circuit breaker opened', expression: `${OPENINGS} > 0`, text: legend(operation), color: 'red' },
  {
    title: 'Circuit breaker closed',
    expression: `${increase(breakerTransitions, 'value', { where: [is(breakerTo, 'closed')], by: [operation] })} > 0`,
    text: legend(operation),
    color: 'green',
  },
  {
    title: 'Configuration reloaded',
    expression: `${increase(configReloads, 'value', { by: [reloadResult] })} > 0`,
    text: legend(reloadResult),
    color: 'blue',
  },
];
