import type { BridgeEvent } from '../observer.ts';
import type { BreakerReport, BreakerTransition } from './policy-report.ts';

const TRANSITIONS_KEPT = 1_000;

interface OpenTime {
  openMs: number;
  sinceMs: number | undefined;
}

/** Follows the breakers of one operation. */
export class BreakerTally {
  readonly #transitions: BreakerTransition[] = [];
  readonly #open = new Map<string | undefined, OpenTime>();
  #changes = 0;
  #rejected = 0;

  reject(): void {
    this.#rejected += 1;
  }

  change({ from, to, target }: Extract<BridgeEvent, { type: 'circuit_breaker.changed' }>, atMs: number): void {
    this.#changes += 1;
    if (this.#changes <= TRANSITIONS_KEPT) this.#transitions.push({ atMs, target: target ?? null, from, to });
    let open = this.#open.get(target);
    if (open === undefined) {
      open = { openMs: 0, sinceMs: undefined };
      this.#open.set(target, open);
    }
    if (open.sinceMs !== undefined) open.openMs += atMs - open.sinceMs;
    open.sinceMs = to === 'open' ? atMs : undefined;
  }

  openMs(target: string | undefined, endMs: number): number {
    const { openMs, sinceMs = endMs } = this.#open.get(target) ?? { openMs: 0 };
    return openMs + (endMs - sinceMs);
  }

  report(endMs: number): Omit<BreakerReport, 'mode'> {
    return {
      rejected: this.#rejected,
      transitions: this.#transitions,
      transitionsLeftOut: this.#changes - this.#transitions.length,
      openMs: [...this.#open.keys()].reduce((sum: number, target) => sum + this.openMs(target, endMs), 0),
    };
  }
}
