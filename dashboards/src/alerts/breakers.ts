import { breakerFrom, breakerState, breakerTo, operation } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerTransitions, breakerState as stateMetric } from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { OPERATION_OF_JOB } from '../rules/template.ts';
import { is } from '../selector.ts';
import { failureReason } from './failure-reason.ts';

/** Recorded: 1 while the breaker of a process has not closed again. */
const OPEN = 'job_instance_operation:crossbridge_circuit_breaker_open:max';

/** Circuit breakers keep calls away from what does not work. */
export function breakers({ time }: RuleSettings): RuleGroup {
  // A probe that fails is a moment in half_open: no recovery.
  const open = series(stateMetric, 'value', [is(breakerState, 'open', 'half_open')]);
  const isolated = series(stateMetric, 'value', [is(breakerState, 'isolated')]);
  const openings = series(breakerTransitions, 'value', [is(breakerFrom, 'closed'), is(breakerTo, 'open')]);
  return {
    name: 'crossbridge-breakers',
    rules: [
      { record: OPEN, expression: `max ${by('instance', operation)} (${open})` },
      {
        alert: 'CrossBridgeBreakerOpen',
        severity: 'warning',
        // Of each process by itself: among many one is always open for a moment.
        expression: `count ${by(operation)} (min_over_time(${OPEN}[${time('2m')}]) == 1)`,
        for: time('1m'),
        summary: `${OPERATION_OF_JOB}: the circuit breaker is open in {{ $value }} process(es)${failureReason(time('5m'))}`,
        description:
          'The circuit breaker of a process has not closed for minutes: its probes fail. A breaker in shadow mode is shown as well, and refuses nothing.',
        dashboard: 'retries',
        about: 'operation',
      },
      {
        alert: 'CrossBridgeBreakerIsolated',
        severity: 'info',
        expression: `count ${by(operation)} (${isolated} == 1)`,
        for: time('1h'),
        summary: `${OPERATION_OF_JOB}: the circuit breaker has been held open by hand for an hour in {{ $value }} process(es)`,
        description: 'Somebody called isolate() and nobody reset() since: every call of this operation is refused.',
        dashboard: 'retries',
        about: 'operation',
      },
      {
        alert: 'CrossBridgeBreakerFlapping',
        severity: 'warning',
        // By process: that each of many opens once is one outage.
        expression: `max ${by(operation)} (sum ${by('instance', operation)} (increase(${openings}[${time('15m')}]))) > 3.5`,
        for: time('1m'),
        summary: `${OPERATION_OF_JOB}: the circuit breaker closed and opened again {{ $value | humanize }} times in 15m${failureReason(time('15m'))}`,
        description:
          'The probes of one process succeed and the calls after them fail, four times or more in 15m: the callee works for a moment at a time, or only for some calls.',
        dashboard: 'retries',
        about: 'operation',
      },
    ],
  };
}
