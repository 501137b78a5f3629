import type { BridgeEvent, CallInfo } from '@crossbridge/core';
import {
  type Attributes,
  type BatchObservableResult,
  type Context,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  type UpDownCounter,
} from '@opentelemetry/api';
import type { BridgeState, Phase } from './bridge-state.ts';
import { reportFailure } from './failures.ts';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import * as attribute from './signals/attributes.ts';
import { observeState, stateGauges } from './state-gauges.ts';
import { startAtZero } from './zero-series.ts';

type Told<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>;

/**
 * Turns events into measurements.
 *
 * An instrument made before the SDK is registered is dead for ever, so the registered provider is compared with the one at
 * hand before every use, and the instruments are made anew when it has changed.
 */
export class MetricRecorder {
  readonly #state: (() => BridgeState | undefined) | undefined;
  /** What a call added itself to: it must be taken off the same instrument, even if a provider came in between. */
  readonly #countedOn = new WeakMap<CallInfo, UpDownCounter>();
  #provider: MeterProvider | undefined;
  #meter: Meter = createNoopMeter();
  #instruments: Instruments = createInstruments(this.#meter);
  #started = new Set<string>();
  #closed = false;

  constructor(state: (() => BridgeState | undefined) | undefined) {
    this.#state = state;
  }

  /** Makes sure that the instruments belong to the provider registered now. */
  refresh(): Instruments {
    const provider = metrics.getMeterProvider();
    if (provider === this.#provider || this.#closed) return this.#instruments;
    this.#detach();
    // Even if the provider fails below: it would fail again at every event.
    this.#provider = provider;
    this.#started = new Set();
    this.#meter = provider.getMeter(SCOPE_NAME, SCOPE_VERSION);
    this.#instruments = createInstruments(this.#meter);
    this.#meter.addBatchObservableCallback(this.#collect, stateGauges(this.#instruments));
    this.#startAtZero();
    return this.#instruments;
  }

  /** Stops observing the state. Events are still counted. */
  close(): void {
    this.#detach();
    this.#closed = true;
  }

  /** `context` is that of the call, so that a reader can link a measurement to its trace. */
  record(event: BridgeEvent, context: Context | undefined): void {
    const to = this.refresh();
    switch (event.type) {
      case 'call.started':
        to.callActive.add(1, ofOperation(event.call));
        this.#countedOn.set(event.call, to.callActive);
        break;
      case 'rate_limit.decided':
        recordRateLimit(to, event, context);
        break;
      case 'bulkhead.rejected':
        to.bulkheadRejections.add(1, { ...ofOperation(event.call), [attribute.mode.name]: event.mode });
        break;
      case 'circuit_breaker.rejected':
        to.breakerRejections.add(1, { ...ofOperation(event.call), [attribute.mode.name]: event.mode });
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
      case 'call.ended':
        this.#countedOn.get(event.call)?.add(-1, ofOperation(event.call));
        this.#countedOn.delete(event.call);
        recordCall(to, event, context);
        break;
      default:
    }
  }

  readonly #collect = (result: BatchObservableResult): void => {
    // Operations that a reload added get their zeros here, before the same collection reads the counters.
    this.#startAtZero();
    this.#read((state) => observeState(result, this.#instruments, state));
  };

  #startAtZero(): void {
    this.#read((state) => {
      for (const operation of state.operations()) {
        const { rateLimit, bulkhead, breaker } = operation;
        const series = [operation.operation, rateLimit?.name, rateLimit?.mode, bulkhead?.mode, breaker?.mode];
        const key = JSON.stringify([...series, bulkhead !== undefined, breaker !== undefined]);
        if (this.#started.has(key)) continue;
        this.#started.add(key);
        startAtZero(this.#instruments, operation);
      }
    });
  }

  #read(reader: (state: BridgeState) => void): void {
    try {
      const state = this.#state?.();
      if (state !== undefined) reader(state);
    } catch (error) {
      reportFailure('reading the state of the bridge', error);
    }
  }

  #detach(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, stateGauges(this.#instruments));
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
    [attribute.attemptKind.name]: event.attempt === 1 ? 'initial' : 'retry',
    [attribute.outcome.name]: event.outcome,
  };
  to.attemptDuration.record(seconds, withErrorType(attributes, event.errorType), context);
  if (event.outcome === 'error' || event.outcome === 'timeout') {
    to.retryWastedDuration.add(seconds, ofOperation(event.call), context);
  }
}

function recordRetry(to: Instruments, event: Told<'retry.decided'>, context: Context | undefined): void {
  const decided: Attributes = { ...ofOperation(event.call), [attribute.retryDecision.name]: event.decision };
  to.retryDecisions.add(1, withErrorType(decided, event.errorType), context);
  if (event.decision !== 'retried') return;
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

function ofOperation(call: CallInfo): Attributes {
  return { [attribute.operation.name]: call.operation };
}

function withErrorType(attributes: Attributes, errorType: string | undefined): Attributes {
  if (errorType !== undefined) attributes[attribute.errorType.name] = errorType;
  return attributes;
}
