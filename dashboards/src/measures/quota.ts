import { operation, quotaName } from '../../../packages/otel/src/signals/attributes.ts';
import { quotaLimit, quotaRemaining } from '../../../packages/otel/src/signals/metrics.ts';
import type { TimeSeriesPanel } from '../model.ts';
import { highest, lowest, ratio } from '../promql.ts';
import { legend } from '../selector.ts';

const EACH = { by: [operation, quotaName] } as const;

/** What is left of what the provider grants; every process hears it with its answers, and the lowest word counts. */
export const quotaLeft: TimeSeriesPanel = {
  type: 'timeseries',
  title: 'Quota left',
  description:
    "Share of the provider's quota that was left when it last said so. Near zero it is about to refuse: lower the rate limit, or ask for more.",
  unit: 'percentunit',
  width: 12,
  max: 1,
  thresholds: [{ color: 'red' }, { color: 'orange', from: 0.1 }, { color: 'green', from: 0.25 }],
  noValue: 'No provider tells a quota',
  runbooks: ['throttling'],
  queries: [
    {
      expression: ratio(lowest(quotaRemaining, EACH), highest(quotaLimit, EACH)),
      legend: legend(operation, quotaName),
    },
  ],
};

/** The same in what the provider counts. */
export const quotaAmounts: TimeSeriesPanel = {
  type: 'timeseries',
  title: 'Quota in requests or tokens',
  description: 'What the provider said last is left of its quota, and what that quota is.',
  unit: 'short',
  width: 12,
  noValue: 'No provider tells a quota',
  queries: [
    { expression: lowest(quotaRemaining, EACH), legend: `${legend(operation, quotaName)}: left` },
    { expression: highest(quotaLimit, EACH), legend: `${legend(operation, quotaName)}: quota` },
  ],
};
