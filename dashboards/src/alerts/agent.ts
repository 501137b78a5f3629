import { patchModule, patchStatus, reloadResult } from '../../../packages/otel/src/signals/attributes.ts';
import { configReloads, patchStatus as patchMetric } from '../../../packages/otel/src/signals/metrics.ts';
import type { RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { value } from '../rules/template.ts';
import { is, label } from '../selector.ts';

/** Whether CrossBridge itself does its work, and whether anybody would know if not. */
export function agent({ time }: RuleSettings): RuleGroup {
  const rejected = series(configReloads, 'value', [is(reloadResult, 'rejected')]);
  const notInFront = series(patchMetric, 'value', [is(patchStatus, 'missing', 'not_outermost')]);
  // Every process has it from its start on, whatever it is configured to do.
  const alive = series(configReloads, 'value');
  return {
    name: 'crossbridge-agent',
    rules: [
      {
        alert: 'CrossBridgeConfigRejected',
        severity: 'warning',
        expression: `count ${by()} (increase(${rejected}[${time('15m')}]) > 0)`,
        summary: `${value('job')}: {{ $value }} process(es) rejected the changed crossbridge.yml`,
        description:
          'The changed configuration has errors. The one before stays in force, and a process that starts now does not start.',
        dashboard: 'overview',
        about: 'service',
      },
      {
        alert: 'CrossBridgePatchNotInFront',
        severity: 'warning',
        expression: `count ${by(patchModule, patchStatus)} (${notInFront} == 1)`,
        for: time('5m'),
        summary: `${value('job')}: the patch of ${value(label(patchModule))} is ${value(label(patchStatus))} in {{ $value }} process(es)`,
        description:
          'Calls through this module go past CrossBridge (missing), or through something else first (not_outermost): limits, retries and metrics may not apply to them.',
        dashboard: 'overview',
        about: 'service',
      },
      {
        alert: 'CrossBridgeTelemetryAbsent',
        severity: 'critical',
        // Not of what runs for some minutes and ends, as a nightly job does.
        expression: `count_over_time(group ${by()} (${alive})[${time('1h')}:${time('1m')}]) > 10\nunless group ${by()} (${alive})`,
        for: time('5m'),
        summary: `${value('job')} has sent no metrics for 5m`,
        description:
          'The service had metrics for more than ten minutes of the last hour and has none now: it is down, or they do not arrive. No other alert of it can fire meanwhile. Ends within the hour, when nothing remembers the service any more.',
        dashboard: 'overview',
        about: 'service',
      },
      {
        alert: 'CrossBridgeWatchdog',
        severity: 'none',
        expression: 'vector(1)',
        summary: 'Alerts work',
        description:
          'Always fires, and is sent to a service outside that raises the alarm when it no longer comes: then Prometheus or Alertmanager is down.',
        dashboard: 'overview',
        about: 'everything',
      },
    ],
  };
}
