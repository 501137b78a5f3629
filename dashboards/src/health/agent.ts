import {
  patchStatus as patch,
  patchModule,
  reloadResult,
  telemetryLoss,
} from '../../../packages/otel/src/signals/attributes.ts';
import { configReloads, patchStatus, telemetryLosses } from '../../../packages/otel/src/signals/metrics.ts';
import { patchTimeline } from '../measures/health.ts';
import type { Row } from '../model.ts';
import { gauge, increase, rate } from '../promql.ts';
import { is, legend } from '../selector.ts';

export const agent: Row = {
  title: 'CrossBridge itself',
  height: 8,
  panels: [
    { ...patchTimeline, width: 8 },
    {
      type: 'timeseries',
      title: 'Processes where it is not in front',
      description:
        'Processes in which a module is not patched, or another library stands in front of the patch. Zero everywhere is as it should be.',
      unit: 'short',
      width: 5,
      thresholds: [{ color: 'green' }, { color: 'red', from: 1 }],
      noValue: 'The agent patched nothing',
      runbooks: ['patch-not-in-front'],
      queries: [
        {
          expression: gauge(patchStatus, { where: [is(patch, 'missing', 'not_outermost')], by: [patchModule] }),
          legend: legend(patchModule),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Reloads',
      description:
        'Changed configurations that were read within a step of the graph. `rejected`: the file has errors, the one before stays in force, and the log says which and where.',
      unit: 'short',
      width: 5,
      noValue: 'Nothing watches the configuration',
      colors: { applied: 'green', rejected: 'red' },
      runbooks: ['config-rejected'],
      queries: [{ expression: increase(configReloads, 'value', { by: [reloadResult] }), legend: legend(reloadResult) }],
    },
    {
      type: 'timeseries',
      title: 'What it did not tell',
      description:
        'Traces and log records per second that CrossBridge would have made and did not: `call_not_kept`, since the SDK has another sampler; `log_suppressed`, since there were too many alike. What exporters lose is in the metrics of the SDK.',
      unit: 'cps',
      width: 6,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.01 }],
      noValue: 'No metrics',
      runbooks: ['telemetry-absent'],
      queries: [{ expression: rate(telemetryLosses, 'value', { by: [telemetryLoss] }), legend: legend(telemetryLoss) }],
    },
  ],
};
