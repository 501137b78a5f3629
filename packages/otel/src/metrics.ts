import type { BridgeEvent, CallInfo } from '@crossbridge/core';
import {
  type BatchObservableResult,
  type Context,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  type UpDownCounter,
} from '@opentelemetry/api';
import type { BridgeState } from './bridge-state.ts';
import { reportFailure } from './failures.ts';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { measure, ofOperation } from './measurements.ts';
import { observeState, stateGauges } from './state-gauges.ts';
import { startAtZero, startHealthAtZero, startReloadsAtZero, zeroKey } from './zero-series.ts';

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
      case 'call.ended':
        this.#countedOn.get(event.call)?.add(-1, ofOperation(event.call));
        this.#countedOn.delete(event.call);
        measure(to, event, context);
        break;
      default:
        measure(to, event, context);
    }
  }

  readonly #collect = (result: BatchObservableResult): void => {
    // Operations that a reload added get their zeros here, before the same collection reads the counters.
    this.#startAtZero();
    this.#read((state) => observeState(result, this.#instruments, state));
  };

  #startAtZero(): void {
    this.#read((state) => {
      this.#once('config', () => startReloadsAtZero(this.#instruments));
      for (const operation of state.operations()) {
        this.#once(zeroKey(operation), () => startAtZero(this.#instruments, operation));
      }
      for (const { check } of state.health?.()?.checks ?? []) {
        this.#once(`check ${check}`, () => startHealthAtZero(this.#instruments, check));
      }
    });
  }

  #once(key: string, start: () => void): void {
    if (this.#started.has(key)) return;
    this.#started.add(key);
    start();
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
