import type { BreakerState, PolicyMode } from '@crossbridge/core';
import type { Attributes, Counter } from '@opentelemetry/api';
import { type OperationState, rateLimitsOf } from './bridge-state.ts';
import { healthTransition } from './health-transition.ts';
import type { Instruments } from './instruments.ts';
import * as attribute from './signals/attributes.ts';
import { type AttributeDefinition, allowedValues } from './signals/definitions.ts';

/** Every transition that a circuit breaker can make. */
const TRANSITIONS: readonly (readonly [from: BreakerState, to: BreakerState])[] = [
  ['closed', 'open'],
  ['open', 'half_open'],
  ['half_open', 'closed'],
  ['half_open', 'open'],
  ['closed', 'isolated'],
  ['open', 'isolated'],
  ['half_open', 'isolated'],
  ['isolated', 'closed'],
  ['open', 'closed'],
];

/**
 * Adds 0 to every counter whose label sets are known from configuration. Without it a series begins at its first value, and
 * Prometheus' `increase()` does not see the very burst an alert waits for.
 *
 * The series of `crossbridge.retry.decisions` begin without `error.type`: which errors will occur, nobody knows. Whether calls have
 * fallbacks nobody knows either.
 */
export function startAtZero(instruments: Instruments, state: OperationState): void {
  const operation = { [attribute.operation.name]: state.operation };
  instruments.callActive.add(0, operation);
  instruments.retryWastedDuration.add(0, operation);
  startRetriesAtZero(instruments, operation, state);
  startTimeoutsAtZero(instruments, operation, state);
  for (const { name, mode } of rateLimitsOf(state)) {
    const limited = { ...operation, [attribute.rateLimitName.name]: name, ...inMode(mode) };
    startEachAtZero(instruments.rateLimitRequests, attribute.rateLimitResult, limited);
  }
  const { bulkhead, breaker } = state;
  if (bulkhead !== undefined) instruments.bulkheadRejections.add(0, { ...operation, ...inMode(bulkhead.mode) });
  if (breaker === undefined) return;
  instruments.breakerRejections.add(0, { ...operation, ...inMode(breaker.mode) });
  for (const [from, to] of TRANSITIONS) {
    const transition = { [attribute.breakerFrom.name]: from, [attribute.breakerTo.name]: to };
    instruments.breakerTransitions.add(0, { ...operation, ...transition });
  }
}

/** Differs between two states of an operation exactly where {@link startAtZero} makes other series of them. */
export function zeroKey(state: OperationState): string {
  const { operation, retry, hedge, timeout, bulkhead, breaker } = state;
  const limits = rateLimitsOf(state).map(({ name, mode }) => [name, mode]);
  const policies = [retryOf(retry), hedge, timeout, bulkhead, breaker].map((policy) => policy && [policy.mode]);
  return JSON.stringify([operation, policies, timeout?.attempt, timeout?.total, limits]);
}

/** Every transition that a health check can make, so that the first one is visible. */
export function startHealthAtZero(instruments: Instruments, check: string): void {
  const statuses = allowedValues(attribute.healthStatus);
  for (const from of statuses) {
    for (const to of statuses) if (from !== to) instruments.healthTransitions.add(0, healthTransition(check, from, to));
  }
}

/** The counter of reloads belongs to no operation. */
export function startReloadsAtZero(instruments: Instruments): void {
  startEachAtZero(instruments.configReloads, attribute.reloadResult, {});
}

function startRetriesAtZero(instruments: Instruments, operation: Attributes, state: OperationState): void {
  const retry = retryOf(state.retry);
  if (retry !== undefined) {
    startEachAtZero(instruments.retryDecisions, attribute.retryDecision, { ...operation, ...inMode(retry.mode) });
  }
  if (state.hedge !== undefined) {
    startEachAtZero(instruments.hedgeDecisions, attribute.hedgeDecision, { ...operation, ...inMode(state.hedge.mode) });
  }
}

function startTimeoutsAtZero(instruments: Instruments, operation: Attributes, { timeout }: OperationState): void {
  for (const scope of allowedValues(attribute.timeoutScope)) {
    if (timeout?.[scope] !== true) continue;
    const attributes = { ...operation, [attribute.timeoutScope.name]: scope, ...inMode(timeout.mode) };
    instruments.timeoutExceeded.add(0, attributes);
  }
}

function startEachAtZero(counter: Counter, definition: AttributeDefinition, attributes: Attributes): void {
  for (const value of allowedValues(definition)) counter.add(0, { ...attributes, [definition.name]: value });
}

function retryOf(retry: OperationState['retry']): { readonly mode?: PolicyMode | undefined } | undefined {
  if (retry === false) return undefined;
  return typeof retry === 'object' ? retry : {};
}

function inMode(mode: PolicyMode = 'enforce'): Attributes {
  return { [attribute.mode.name]: mode };
}
