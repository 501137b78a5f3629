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

/** What the health checks say. */
export function health({ time }: RuleSettings): RuleGroup {
  const overall = (status: 'unhealthy' | 'degraded'): string =>
    `count ${by()} (${series(healthOverall, 'value', [is(healthStatus, status)])} == 1)`;
  const checks = (status: 'unhealthy' | 'unknown', scope = ''): string =>
    `count ${by(healthCheck)} (${series(statusMetric, 'value', [is(healthStatus, status)], scope)} == 1)`;
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
        expression: overall('unhealthy'),
        for: time('2m'),
        summary: `${value('job')}: {{ $value }} process(es) unhealthy${failing}`,
        description:
          'What the service cannot work without does not work: /readyz answers 503, so the processes get no traffic.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeDegraded',
        severity: 'warning',
        expression: overall('degraded'),
        for: time('15m'),
        summary: `${value('job')}: {{ $value }} process(es) degraded${failing}`,
        description:
          'The service works in part for 15m: an optional dependency is down, or calls of an operation fail.',
        dashboard: 'health',
        about: 'service',
      },
      {
        alert: 'CrossBridgeDependencyDown',
        severity: 'warning',
        expression: checks('unhealthy', ASKED),
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
      {
        alert: 'CrossBridgeHealthUnknown',
        severity: 'warning',
        expression: checks('unknown', ASKED),
        for: time('10m'),
        summary: `${CHECK_OF_JOB} has had no result for 10m in {{ $value }} process(es)`,
        description: 'The health check does not run, or no run of it ends: whether the dependency works is not known.',
        dashboard: 'health',
        about: 'service',
      },
    ],
  };
}
