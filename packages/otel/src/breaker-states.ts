import type { BreakerState } from '@crossbridge/core';
import type { BridgeState } from './bridge-state.ts';
import { reportFailure } from './failures.ts';

/** Knows, cheaply, in which state the breaker of an operation was seen last. */
export class BreakerStates {
  readonly #state: (() => BridgeState | undefined) | undefined;
  readonly #seen = new Map<string, BreakerState | undefined>();

  constructor(state: (() => BridgeState | undefined) | undefined) {
    this.#state = state;
  }

  changed(operation: string, to: BreakerState): void {
    this.#seen.set(operation, to);
  }

  /** Undefined when the operation has no breaker, as far as is known. */
  of(operation: string): BreakerState | undefined {
    // The whole state is searched only for the first call of an operation; every change after that is told.
    if (!this.#seen.has(operation)) this.#search(operation);
    return this.#seen.get(operation);
  }

  #search(operation: string): void {
    try {
      const state = this.#state?.();
      if (state === undefined) return;
      const found = [...state.operations()].find((candidate) => candidate.operation === operation);
      this.#seen.set(operation, found?.breaker?.state);
    } catch (error) {
      reportFailure('reading the state of the bridge', error);
    }
  }
}
