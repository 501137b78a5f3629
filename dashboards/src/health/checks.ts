import {
  healthCheck,
  healthFrom,
  healthTo,
  healthStatus as status,
} from '../../../packages/otel/src/signals/attributes.ts';
import {
  healthCheckDuration,
  healthFlapping,
  healthRequired,
  healthTransitions,
} from '../../../packages/otel/src/signals/metrics.ts';
import { checkTimeline } from '../measures/health.ts';
import type { Row } from '../model.ts';
import { highest, increase, quantile, rate } from '../promql.ts';
import { legend } from '../selector.ts';

const NONE = 'No health checks';

export const checks: Row = {
  title: 'Checks',
  height: 8,
  panels: [
    { ...checkTimeline, width: 12 },
    {
      type: 'state-timeline',
      title: 'Required',
      description:
        'What the process cannot work without: a required check that is unhealthy makes the whole unhealthy and the process not ready. Any other degrades it at most, unless all of them fail.',
      unit: 'none',
      width: 6,
      noValue: NONE,
      states: [
        { value: 0, text: 'not required', color: 'text' },
        { value: 1, text: 'required', color: 'blue' },
      ],
      runbooks: ['unhealthy', 'dependency-down'],
      queries: [{ expression: highest(healthRequired, { by: [healthCheck] }), legend: legend(healthCheck) }],
    },
    {
      type: 'state-timeline',
      title: 'Flapping',
      description:
        'Checks that change their status so often that no single one can be trusted. Raise `failure_threshold`, or find out what comes and goes.',
      unit: 'none',
      width: 6,
      noValue: NONE,
      states: [
        { value: 0, text: 'steady', color: 'green' },
        { value: 1, text: 'flapping', color: 'orange' },
      ],
      runbooks: ['health-flapping'],
      queries: [{ expression: highest(healthFlapping, { by: [healthCheck] }), legend: legend(healthCheck) }],
    },
    {
      type: 'timeseries',
      title: 'Duration of a run (p95)',
      description:
        'How long a run of each check takes: 95 % no longer. Near the timeout of the check it will soon fail; a dependency becomes slow before it becomes silent.',
      unit: 's',
      width: 8,
      noValue: 'No check has run',
      runbooks: ['dependency-down', 'health-flapping'],
      queries: [
        { expression: quantile(0.95, healthCheckDuration, { by: [healthCheck] }), legend: legend(healthCheck) },
      ],
    },
    {
      type: 'timeseries',
      title: 'Runs by result',
      description:
        'Runs per second of each check, by what that run found: single failures that the thresholds swallow show here and nowhere else.',
      unit: 'ops',
      width: 8,
      noValue: 'No check has run',
      runbooks: ['health-unknown', 'dependency-down'],
      queries: [
        {
          expression: rate(healthCheckDuration, 'count', { by: [healthCheck, status] }),
          legend: legend(healthCheck, status),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Changes of status',
      description: 'Changes of the settled status of each check within a step of the graph.',
      unit: 'short',
      width: 8,
      noValue: NONE,
      runbooks: ['health-flapping'],
      queries: [
        {
          expression: increase(healthTransitions, 'value', { by: [healthCheck, healthFrom, healthTo] }),
          legend: `${legend(healthCheck)}: ${legend(healthFrom)} → ${legend(healthTo)}`,
        },
      ],
    },
  ],
};
