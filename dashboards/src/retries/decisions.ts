import { errorType, mode, operation, outcome, retryDecision } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration, fallbackCalls, retryDecisions } from '../../../packages/otel/src/signals/metrics.ts';
import { TRIED_AGAIN } from '../measures/attempts.ts';
import { FAILED } from '../measures/success.ts';
import type { Row } from '../model.ts';
import { rate, share } from '../promql.ts';
import { is, isNot, legend } from '../selector.ts';
import { span } from '../traceql.ts';

const RETRIED = is(retryDecision, 'retried');

/** Decisions are counted from zero before the first error is known: those series have no error type and never grow. */
const OF_AN_ERROR = isNot<string>(errorType, '');

export const decisions: Row = {
  title: 'Decisions: why was, or was not, tried again?',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Decisions',
      description:
        'What happened after failed attempts. `retried`: another attempt follows. `exhausted`: the policy allows no more. `not_retryable`: trying again cannot help or is not safe. `budget_empty`: too many calls retry already. `deadline`: the wait would not fit. `circuit_open`: the breaker would refuse. `(shadow)`: only recorded.',
      unit: 'ops',
      width: 8,
      stacked: true,
      noValue: 'No retry policies',
      colors: {
        'retried (enforce)': 'blue',
        'exhausted (enforce)': 'red',
        'budget_empty (enforce)': 'orange',
        'circuit_open (enforce)': 'purple',
      },
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: rate(retryDecisions, 'value', { by: [retryDecision, mode] }),
          legend: `${legend(retryDecision)} (${legend(mode)})`,
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Retried, by operation and error',
      description:
        'Which errors are tried again, and whose. `429` is the provider asking for less; `5xx` and network errors are its trouble.',
      unit: 'ops',
      width: 8,
      stacked: true,
      noValue: 'Nothing was tried again',
      traces: [TRIED_AGAIN],
      queries: [
        {
          expression: rate(retryDecisions, 'value', { where: [RETRIED, OF_AN_ERROR], by: [operation, errorType] }),
          legend: legend(operation, errorType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Given up, by reason and error',
      description:
        'Failed attempts that no other followed, with the error that the application then got. `not_retryable` with a status that you think is: see `error_rules` in crossbridge.yml.',
      unit: 'ops',
      width: 8,
      stacked: true,
      noValue: 'Nothing was given up',
      traces: [span(FAILED)],
      queries: [
        {
          expression: rate(retryDecisions, 'value', {
            where: [isNot(retryDecision, 'retried'), OF_AN_ERROR],
            by: [retryDecision, errorType],
          }),
          legend: legend(retryDecision, errorType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Failed calls that a fallback answered',
      description:
        'Share of the failed calls of each operation whose caller had something to put in the place of the answer. They count as failed everywhere else: a fallback is a bandage, and what is under it should be known.',
      unit: 'percentunit',
      width: 24,
      max: 1,
      noValue: 'No call failed',
      traces: [span(FAILED)],
      queries: [
        {
          expression: share(
            rate(fallbackCalls, 'value', { by: [operation] }),
            rate(callDuration, 'count', { where: [isNot(outcome, 'success')], by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
  ],
};
