import type { BridgeEvent, CallInfo, PolicyMode } from '@crossbridge/core';
import type { Attributes, Context } from '@opentelemetry/api';
import { healthTransition } from './health-transition.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import { OperationMeasurements, ofOperation, type PlainCall, withErrorType } from './operation-measurements.ts';
import * as attribute from './signals/attributes.ts';
import * as metric from './signals/metrics.ts';

type Told<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>;

export type Loss = keyof typeof attribute.telemetryLoss.values;

/** Turns events into measurements. */
export class Measurements {
  readonly #sink: MeasurementSink;
  readonly #operations = new Map<string, OperationMeasurements>();
  /** That of the last call: calls of one operation mostly come one after the other, or there is but one. */
  #last: OperationMeasurements | undefined;

  constructor(sink: MeasurementSink) {
    this.#sink = sink;
  }

  /** Records what one event says by itself. `context` is that of its call, where the trace is recorded. */
  record(event: BridgeEvent, context: Context | undefined): void {
    const to = this.#sink;
    switch (event.type) {
      case 'rate_limit.decided':
        this.#of(event.call).rateLimit(event, context);
        break;
      case 'attempt.ended':
        this.#of(event.call).attempt(event, context);
        break;
      case 'call.ended':
        this.#of(event.call).call(event, context);
        break;
      case 'rate_limit.store_asked':
        to.histogram(metric.storeDuration, {
          [attribute.store.name]: 'redis',
          [attribute.storeResult.name]: event.result,
        }).record(event.durationMs / 1000, undefined);
        break;
      case 'rate_limit.store_changed':
        to.sum(metric.storeTransitions, {
          [attribute.storeFrom.name]: event.from,
          [attribute.storeTo.name]: event.to,
        }).add(1);
        break;
      case 'bulkhead.rejected':
        to.sum(metric.bulkheadRejections, withMode(event)).add(1);
        break;
      case 'circuit_breaker.rejected':
        to.sum(metric.breakerRejections, withMode(event)).add(1);
        break;
      case 'circuit_breaker.changed':
        to.sum(metric.breakerTransitions, {
          [attribute.operation.name]: event.operation,
          [attribute.breakerFrom.name]: event.from,
          [attribute.breakerTo.name]: event.to,
        }).add(1);
        break;
      case 'retry.decided':
        this.#recordRetry(event, context);
        break;
      case 'hedge.decided':
        to.sum(metric.hedgeDecisions, { ...withMode(event), [attribute.hedgeDecision.name]: event.decision }).add(1);
        break;
      case 'timeout.exceeded':
        to.sum(metric.timeoutExceeded, { ...withMode(event), [attribute.timeoutScope.name]: event.scope }).add(1);
        break;
      case 'fallback.used':
        to.sum(metric.fallbackCalls, withErrorType(ofOperation(event.call), event.errorType)).add(1);
        break;
      case 'config.reloaded':
        to.sum(metric.configReloads, { [attribute.reloadResult.name]: event.result }).add(1);
        break;
      case 'health.checked':
        to.histogram(metric.healthCheckDuration, {
          [attribute.healthCheck.name]: event.check,
          [attribute.healthStatus.name]: event.status,
        }).record(event.durationMs / 1000, undefined);
        break;
      case 'health.changed':
        // One that only begins or ceases to flap has not changed its status.
        if (event.from !== event.to) {
          to.sum(metric.healthTransitions, healthTransition(event.check, event.from, event.to)).add(1);
        }
        break;
      default:
    }
  }

  plain(call: PlainCall, context: Context | undefined): void {
    this.#of(call).plain(call, context);
  }

  lose(what: Loss): void {
    this.#sink.sum(metric.telemetryLosses, { [attribute.telemetryLoss.name]: what }).add(1);
  }

  #of({ operation }: CallInfo): OperationMeasurements {
    if (this.#last?.operation === operation) return this.#last;
    let found = this.#operations.get(operation);
    if (found === undefined) {
      found = new OperationMeasurements(operation, this.#sink);
      this.#operations.set(operation, found);
    }
    this.#last = found;
    return found;
  }

  #recordRetry(event: Told<'retry.decided'>, context: Context | undefined): void {
    const operation = ofOperation(event.call);
    const decided: Attributes = {
      ...operation,
      [attribute.retryDecision.name]: event.decision,
      [attribute.mode.name]: event.mode,
    };
    this.#sink.sum(metric.retryDecisions, withErrorType(decided, event.errorType)).add(1);
    if (event.decision !== 'retried' || event.mode === 'shadow') return;
    const delayed: Attributes = { ...operation, [attribute.delaySource.name]: event.source };
    this.#sink.histogram(metric.retryDelay, delayed).record(event.delayMs / 1000, context);
  }
}

function withMode({ call, mode }: { readonly call: CallInfo; readonly mode: PolicyMode }): Attributes {
  return { ...ofOperation(call), [attribute.mode.name]: mode };
}
