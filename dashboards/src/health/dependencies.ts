import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { breakerTimeline } from '../measures/breakers.ts';
import { quotaLeft } from '../measures/quota.ts';
import { FAILED, SUCCESS_THRESHOLDS, successRatio } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { legend } from '../selector.ts';
import { span } from '../traceql.ts';

export const dependencies: Row = {
  title: 'Dependencies, as calls show them',
  height: 8,
  details: 'overview',
  panels: [
    { ...breakerTimeline, width: 8, details: 'retries' },
    {
      type: 'timeseries',
      title: 'Success ratio by operation',
      description:
        'Share of the calls of each operation that succeeded in the end. What real calls show counts as health without any probe.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: SUCCESS_THRESHOLDS,
      noValue: 'No calls',
      runbooks: ['call-success-burn'],
      traces: [span(FAILED)],
      queries: [{ expression: successRatio({ by: [operation] }), legend: legend(operation) }],
    },
    { ...quotaLeft, width: 8, details: 'limits' },
  ],
};
