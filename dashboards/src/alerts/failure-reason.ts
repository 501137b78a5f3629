import { attemptKind, errorType, outcome } from '../../../packages/otel/src/signals/attributes.ts';
import { attemptDuration, callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { series } from '../rules/promql.ts';
import { ask, first, OWN_OPERATION } from '../rules/template.ts';
import { is, isNot, label } from '../selector.ts';
import { FAILED } from './calls-recorded.ts';

const REASON = label(errorType);

/**
 * What most failed calls of the alert's operation ended with, and what their attempts did where that differs: a circuit breaker
 * refuses calls, and only the attempts say why it opened. `window` is a duration in the time of the rules.
 */
export function failureReason(window: string): string {
  const calls = most(series(callDuration, 'count', [FAILED], OWN_OPERATION), window);
  const attempts = most(
    series(attemptDuration, 'count', [isNot(outcome, 'success', 'cancelled')], OWN_OPERATION),
    window,
  );
  return ask(calls, `, most often with ${first(REASON)}`) + ask(attempts, ` (attempts: ${first(REASON)})`);
}

/** What most attempts of the alert's operation were tried again for. */
export function retryReason(window: string): string {
  const failed = [is(attemptKind, 'initial', 'retry'), isNot(outcome, 'success', 'cancelled')];
  const attempts = most(series(attemptDuration, 'count', failed, OWN_OPERATION), window);
  return ask(attempts, `, most often after ${first(REASON)}`);
}

function most(selector: string, window: string): string {
  return `topk(1, sum by (${REASON}) (rate(${selector}[${window}])) > 0)`;
}
