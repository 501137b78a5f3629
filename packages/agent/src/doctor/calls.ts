import { AsyncLocalStorage } from 'node:async_hooks';
import type { Bridge } from '@crossbridge/core';
import type { CallFacts } from './facts.ts';

/** Counts the calls of a bridge, and knows what runs inside their attempts. */
export class Calls {
  readonly #attempts = new AsyncLocalStorage<true>();
  readonly #counts = new Map<string, { calls: number; attempts: number; failures: number }>();

  watch(bridge: Pick<Bridge, 'observe'>): void {
    bridge.observe({
      around: (scope, next) => (scope.kind === 'attempt' ? this.#attempts.run(true, next) : next()),
      on: (event) => {
        if (event.type !== 'call.ended') return;
        const { operation, attempts } = event.call;
        const counts = this.#counts.get(operation) ?? { calls: 0, attempts: 0, failures: 0 };
        this.#counts.set(operation, counts);
        counts.calls += 1;
        counts.attempts += attempts;
        if (event.outcome !== 'success') counts.failures += 1;
      },
    });
  }

  isInAttempt(): boolean {
    return this.#attempts.getStore() === true;
  }

  get facts(): readonly CallFacts[] {
    return [...this.#counts].map(([operation, counts]) => ({ operation, ...counts }));
  }
}
