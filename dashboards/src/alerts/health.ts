import { healthCheck, healthStatus } from '../../../packages/otel/src/signals/attributes.ts';
import {
  healthFlapping,
  healthOverall,
  healthStatus as statusMetric,
} from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { askService, each, value } from '../rules/template.ts';
import { is, label } from '../selector.ts';

const CHECK = label(healthCheck);
const CHECK_OF_JOB = `${value(CHECK)} of ${value('job')}`;

/** Checks that ask something; the others, `operation:…`, only say what calls show, which has alerts of its own. */
const ASKED = `${CHECK}!~"operation:.*"`;

/** Recorded: 1 while a process does not know of a check. */
const UNKNOWN = 'job_instance_check:crossbridge_health_unknown:max';

/** Share of the processes of a service whose loss is not made up for by the others. */
const TOO_MANY = 0.25;

/** What the health checks say. */
export function health({ time }: RuleSettings): RuleGroup {
  const overall = (status: 'unhealthy' | 'degraded'): string =>
    series(healthOverall, 'value', [is(healthStatus, status)]);
  const check = (status: 'unhealthy' | 'unknown'): string =>
    series(statusMetric, 'value', [is(healthStatus, status)], ASKED);
  const unhealthy = `count ${by()} (${overall('unhealthy')} == 1)`;
  const failing = askService(
    `sort_desc(count by (${CHECK}) (${series(statusMetric, 'value', [is(healthStatus, 'unhealthy', 'degraded')], 'job=%q')} == 1))`,
    `: ${each(CHECK)}`,
  );
  return {
    name: 'crossbridge-health',
    rules: [
      {
        alert: 'CrossBridgeUnhealthy',
        severity: 'critical',
        expression: `${unhealthy}\nand ${unhealthy} / count ${by()} (${overall('unhealthy')}) > ${TOO_MANY}`,
        for: time('2m'),
        summary: `${value('job')}: {{ $value }} process(es) unhealthy${failing}`,
        description:
          'What the service cannot work without does not work in more than a quarter of its processes: /readyz answers 503, so they get no traffic.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeUnhealthy',
        severity: 'warning',
        expression: unhealthy,
        for: time('10m'),
        summary: `${value('job')}: {{ $value }} process(es) unhealthy${failing}`,
        description:
          'Some process has been unhealthy for 10m. It gets no traffic; the others do, while they are enough.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeDegraded',
        severity: 'warning',
        // Of each process by itself: among many one is always degraded for a moment.
        expression: `count ${by()} (min_over_time(${overall('degraded')}[${time('5m')}]) == 1)`,
        for: time('10m'),
        summary: `${value('job')}: {{ $value }} process(es) degraded${failing}`,
        description:
          'The service works in part for 15m: an optional dependency is down, or calls of an operation fail.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeDependencyDown',
        severity: 'warning',
        expression: `count ${by(healthCheck)} (${check('unhealthy')} == 1)`,
        for: time('1m'),
        summary: `${CHECK_OF_JOB} is down, as {{ $value }} process(es) see it`,
        description: 'The health check has failed as often in a row as failure_threshold asks for, and has for 1m.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeHealthFlapping',
        severity: 'warning',
        expression: `count ${by(healthCheck)} (${series(healthFlapping, 'value')} == 1)`,
        for: time('5m'),
        summary: `${CHECK_OF_JOB} works and fails by turns, as {{ $value }} process(es) see it`,
        description: 'The health check changes its status so often that no single one can be trusted.',
        dashboard: 'health',
        about: 'service',
      },
      { record: UNKNOWN, expression: `max ${by('instance', healthCheck)} (${check('unknown')})` },
      {
        alert: 'CrossBridgeHealthUnknown',
        severity: 'warning',
        // Whoever has just started knows nothing yet, and while a release rolls out somebody always has.
        expression: `count ${by(healthCheck)} (${UNKNOWN} == 1 and ${UNKNOWN} offset ${time('5m')} == 1)`,
        for: time('5m'),
        summary: `${CHECK_OF_JOB} has had no result for 10m in {{ $value }} process(es)`,
        description: 'The health check does not run, or no run of it ends: whether the dependency works is not known.',
        dashboard: 'health',
        about: 'service',
      },
    ],
  };
}
