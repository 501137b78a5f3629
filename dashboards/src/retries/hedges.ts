import { hedgeDecision, mode, operation } from '../../../packages/otel/src/signals/attributes.ts';
import { hedgeDecisions } from '../../../packages/otel/src/signals/metrics.ts';
import { hedgeRatio, TRIED_AGAIN, wonHedges } from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { rate } from '../promql.ts';
import { legend } from '../selector.ts';

export const hedges: Row = {
  title: 'Hedges: a second attempt beside one that takes long',
  height: 7,
  panels: [
    {
      type: 'timeseries',
      title: 'Decisions',
      description:
        'What happened when an attempt took long. `hedged`: another runs beside it. `budget_empty`, `circuit_open`, `throttled`: not now. `not_idempotent`: the request may not be sent twice. `(shadow)`: only recorded; what hedging would add.',
      unit: 'ops',
      width: 8,
      stacked: true,
      noValue: 'No hedging',
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: rate(hedgeDecisions, 'value', { by: [hedgeDecision, mode] }),
          legend: `${legend(hedgeDecision)} (${legend(mode)})`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Hedges that answered first',
      description: 'Calls per second that were answered by the second attempt: the slow tail that hedging cut off.',
      unit: 'reqps',
      width: 8,
      noValue: 'No calls',
      traces: [TRIED_AGAIN],
      queries: [{ expression: wonHedges({ by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Load that hedges add',
      description:
        'Hedges for each first attempt. A delay at the 95th percentile adds about five per cent; much more means that the upstream is slow as a whole, and hedging makes it slower.',
      unit: 'percentunit',
      width: 8,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.1 }],
      noValue: 'No attempts',
      traces: [TRIED_AGAIN],
      queries: [{ expression: hedgeRatio({ by: [operation] }), legend: legend(operation) }],
    },
  ],
};
