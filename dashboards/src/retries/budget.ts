import { operation, retryDecision } from '../../../packages/otel/src/signals/attributes.ts';
import { retryBudgetRemaining, retryDecisions } from '../../../packages/otel/src/signals/metrics.ts';
import { retryRatio, TRIED_AGAIN } from '../measures/attempts.ts';
import type { Row } from '../model.ts';
import { lowest, rate, share } from '../promql.ts';
import { is, legend } from '../selector.ts';

const REFUSED_BY_BUDGET = is(retryDecision, 'budget_empty');
const WANTED = is(retryDecision, 'retried', 'budget_empty');

export const budget: Row = {
  title: 'Retry budget',
  height: 7,
  panels: [
    {
      type: 'timeseries',
      title: 'Retries for each first attempt',
      description:
        'The share that `retry.budget` limits: 0.2 by default, above a floor of ten retries per second, so that a small service may show more.',
      unit: 'percentunit',
      width: 8,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.2 }],
      noValue: 'No attempts',
      runbooks: ['retry-storm'],
      traces: [TRIED_AGAIN],
      queries: [{ expression: retryRatio({ by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Left of the budget',
      description:
        'Share of the retry budget that is left, in the process that has used most of it: at 0 nothing is tried again until the failures become fewer. It is refilled within ten seconds.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: [{ color: 'red' }, { color: 'orange', from: 0.1 }, { color: 'green', from: 0.5 }],
      noValue: 'No budgets',
      runbooks: ['retry-budget-empty'],
      queries: [{ expression: lowest(retryBudgetRemaining, { by: [operation] }), legend: legend(operation) }],
    },
    {
      type: 'timeseries',
      title: 'Refused by the budget',
      description:
        'Share of the retries that the policy wanted and the budget refused. Above zero the upstream is failing broadly: the failures are passed on, which is right. If single users suffer from it, the budget is too small for the traffic.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.05 }, { color: 'red', from: 0.5 }],
      noValue: 'No retries',
      runbooks: ['retry-budget-empty'],
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: share(
            rate(retryDecisions, 'value', { where: [REFUSED_BY_BUDGET], by: [operation] }),
            rate(retryDecisions, 'value', { where: [WANTED], by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
  ],
};
