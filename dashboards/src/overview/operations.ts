import { operation, rateLimitResult } from '../../../packages/otel/src/signals/attributes.ts';
import {
  breakerRejections,
  bulkheadRejections,
  callDuration,
  rateLimitRequests,
} from '../../../packages/otel/src/signals/metrics.ts';
import { AMPLIFICATION_THRESHOLDS, amplification, savedCalls } from '../measures/attempts.ts';
import { SUCCEEDED, SUCCESS_THRESHOLDS, successRatio } from '../measures/success.ts';
import type { TablePanel } from '../model.ts';
import { orZero, quantile, rate } from '../promql.ts';
import { is, label } from '../selector.ts';

const BY = { by: [operation] } as const;
const CALLS = rate(callDuration, 'count', BY);

/** Everything that matters of each operation, side by side. */
export const operations: TablePanel = {
  type: 'table',
  title: 'Operations',
  description:
    'Each operation now: what it asks for, what it gets, what retries add and save, and what we refuse. Throttled and rejected count decisions in shadow mode too. The first line to look at is the one with the lowest success; its name leads to its retries and breakers.',
  unit: 'reqps',
  width: 24,
  noValue: 'No calls',
  rowLabel: label(operation),
  rowTitle: 'Operation',
  rowLink: 'retries',
  traces: [],
  columns: {
    Success: { unit: 'percentunit', thresholds: SUCCESS_THRESHOLDS },
    Amplification: { unit: 'short', thresholds: AMPLIFICATION_THRESHOLDS },
    p95: { unit: 's' },
  },
  queries: [
    { expression: CALLS, legend: 'Calls' },
    { expression: successRatio(BY), legend: 'Success' },
    { expression: quantile(0.95, callDuration, { ...BY, where: [SUCCEEDED] }), legend: 'p95' },
    { expression: amplification(BY), legend: 'Amplification' },
    { expression: savedCalls(BY), legend: 'Saved by retries' },
    {
      expression: orZero(rate(rateLimitRequests, 'value', { ...BY, where: [is(rateLimitResult, 'throttled')] }), CALLS),
      legend: 'Throttled',
    },
    { expression: orZero(rate(bulkheadRejections, 'value', BY), CALLS), legend: 'Rejected by bulkhead' },
    { expression: orZero(rate(breakerRejections, 'value', BY), CALLS), legend: 'Rejected by breaker' },
  ],
};
