import type { BridgeEvent, CallInfo, PolicyMode } from '@crossbridge/core';
import type { Attributes, Context } from '@opentelemetry/api';
import type { Phase } from './bridge-state.ts';
import { healthTransition } from './health-transition.ts';
import type { Instruments } from './instruments.ts';
import * as attribute from './signals/attributes.ts';

type Told<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>;

/** Records what one event says by itself. `context` is that of its call, for exemplars. */
export function measure(to: Instruments, event: BridgeEvent, context: Context | undefined): void {
  switch (event.type) {
    case 'rate_limit.decided':
      recordRateLimit(to, event, context);
      break;
    case 'bulkhead.rejected':
      to.bulkheadRejections.add(1, withMode(event));
      break;
    case 'circuit_breaker.rejected':
      to.breakerRejections.add(1, withMode(event));
      break;
    case 'circuit_breaker.changed':
      to.breakerTransitions.add(1, {
        [attribute.operation.name]: event.operation,
        [attribute.breakerFrom.name]: event.from,
        [attribute.breakerTo.name]: event.to,
      });
      break;
    case 'attempt.ended':
      recordAttempt(to, event, context);
      break;
    case 'retry.decided':
      recordRetry(to, event, context);
      break;
    case 'hedge.decided':
      to.hedgeDecisions.add(1, { ...withMode(event), [attribute.hedgeDecision.name]: event.decision }, context);
      break;
    case 'timeout.exceeded':
      to.timeoutExceeded.add(1, { ...withMode(event), [attribute.timeoutScope.name]: event.scope }, context);
      break;
    case 'fallback.used':
      to.fallbackCalls.add(1, withErrorType(ofOperation(event.call), event.errorType), context);
      break;
    case 'config.reloaded':
      to.configReloads.add(1, { [attribute.reloadResult.name]: event.result });
      break;
    case 'health.checked':
      to.healthCheckDuration.record(event.durationMs / 1000, {
        [attribute.healthCheck.name]: event.check,
        [attribute.healthStatus.name]: event.status,
      });
      break;
    case 'health.changed':
      // One that only begins or ceases to flap has not changed its status.
      if (event.from !== event.to) to.healthTransitions.add(1, healthTransition(event.check, event.from, event.to));
      break;
    case 'call.ended':
      recordCall(to, event, context);
      break;
    default:
  }
}

function recordRateLimit(to: Instruments, event: Told<'rate_limit.decided'>, context: Context | undefined): void {
  const attributes: Attributes = {
    ...ofOperation(event.call),
    [attribute.rateLimitName.name]: event.rateLimit,
    [attribute.rateLimitResult.name]: event.result,
  };
  to.rateLimitRequests.add(1, { ...attributes, [attribute.mode.name]: event.mode }, context);
  if (event.mode === 'enforce') to.rateLimitWaitDuration.record(event.waitMs / 1000, attributes, context);
}

function recordAttempt(to: Instruments, event: Told<'attempt.ended'>, context: Context | undefined): void {
  const seconds = event.durationMs / 1000;
  const attributes: Attributes = {
    ...ofOperation(event.call),
    [attribute.attemptKind.name]: event.kind,
    [attribute.outcome.name]: event.outcome,
  };
  to.attemptDuration.record(seconds, withErrorType(attributes, event.errorType), context);
  if (event.outcome === 'error' || event.outcome === 'timeout') {
    to.retryWastedDuration.add(seconds, ofOperation(event.call), context);
  }
}

function recordRetry(to: Instruments, event: Told<'retry.decided'>, context: Context | undefined): void {
  const decided: Attributes = {
    ...ofOperation(event.call),
    [attribute.retryDecision.name]: event.decision,
    [attribute.mode.name]: event.mode,
  };
  to.retryDecisions.add(1, withErrorType(decided, event.errorType), context);
  if (event.decision !== 'retried' || event.mode === 'shadow') return;
  const delayed: Attributes = { ...ofOperation(event.call), [attribute.delaySource.name]: event.source };
  to.retryDelay.record(event.delayMs / 1000, delayed, context);
}

function recordCall(to: Instruments, event: Told<'call.ended'>, context: Context | undefined): void {
  const { call } = event;
  const attributes: Attributes = { ...ofOperation(call), [attribute.outcome.name]: event.outcome };
  to.callDuration.record(event.durationMs / 1000, withErrorType(attributes, event.errorType), context);
  const phase = (name: Phase, ms: number): void => {
    const labelled = { ...ofOperation(call), [attribute.phase.name]: name };
    if (ms > 0) to.callPhaseDuration.record(ms / 1000, labelled, context);
  };
  phase('limiter', call.limiterMs);
  phase('queue', call.queueMs);
  phase('attempt', call.attemptMs);
  phase('backoff', call.backoffMs);
}

export function ofOperation(call: CallInfo): Attributes {
  return { [attribute.operation.name]: call.operation };
}

function withErrorType(attributes: Attributes, errorType: string | undefined): Attributes {
  if (errorType !== undefined) attributes[attribute.errorType.name] = errorType;
  return attributes;
}

function withMode({ call, mode }: { readonly call: CallInfo; readonly mode: PolicyMode }): Attributes {
  return { ...ofOperation(call), [attribute.mode.name]: mode };
}
