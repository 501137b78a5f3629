import type { BreakerState } from '@crossbridge/core';
import type { BridgeState } from './bridge-state.ts';
import { reportFailure } from './failures.ts';

/** Knows, cheaply, in which state the breaker of an operation was seen last. */
export class BreakerStates {
  readonly #state: (() => BridgeState | undefined) | undefined;
  readonly #seen = new Map<string, BreakerState | undefined>();
  readonly #targeted = new Set<string>();

  constructor(state: (() => BridgeState | undefined) | undefined) {
    this.#state = state;
  }

  changed(operation: string, target: string | undefined, to: BreakerState): void {
    if (target !== undefined) {
      this.#targeted.add(operation);
      return;
    }
    this.#targeted.delete(operation);
    this.#seen.set(operation, to);
  }

  /** Looks again at operations whose policies changed: breakers may have come or gone without a transition. */
  forget(operations: readonly string[]): void {
    for (const operation of operations) this.#seen.delete(operation);
  }

  /**
   * Undefined when the operation has no breaker, as far as is known, or one for each target: what one of them does says nothing of
   * calls to another.
   */
  of(operation: string): BreakerState | undefined {
    if (this.#targeted.has(operation)) return undefined;
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
