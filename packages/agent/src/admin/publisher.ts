import type { Bridge, BridgeEvent, HealthRegistry } from '@crossbridge/core';
import { type SnapshotSource, takeSnapshot } from './snapshot.ts';

/** What no event tells of (a result that grows too old, say) is seen this often. */
const POLL_MS = 1_000;

const CHANGES: ReadonlySet<BridgeEvent['type']> = new Set<BridgeEvent['type']>([
  'circuit_breaker.changed',
  'config.reloaded',
  'health.checked',
  'health.changed',
  'health.overall_changed',
]);

export interface Published extends SnapshotSource, Pick<Bridge, 'observe'> {
  readonly health: Pick<HealthRegistry, 'watch'>;
}

/** Hands the health of a bridge on, as JSON, whenever it has changed. */
export class SnapshotPublisher {
  readonly #bridge: Published;
  readonly #publish: (json: string) => void;
  #last = '';
  #due = false;

  constructor(bridge: Published, publish: (json: string) => void) {
    this.#bridge = bridge;
    this.#publish = publish;
  }

  /** Begins with the first snapshot; the function returned ends it. Keeps no process alive. */
  start(): () => void {
    this.#look();
    const timer = setInterval(() => this.#look(), POLL_MS).unref();
    const unobserve = this.#bridge.observe({
      on: ({ type }) => {
        if (CHANGES.has(type)) this.#lookSoon();
      },
      // Of calls it wants nothing; what it waits for is told to everybody.
      wants: () => false,
    });
    // A check that is registered while the application loads must be known before the event loop turns: it is awaited then.
    const unwatch = this.#bridge.health.watch(() => this.#lookSoon());
    return () => {
      clearInterval(timer);
      unwatch();
      unobserve();
    };
  }

  /** Publishes what is known again, for somebody who has not heard it. */
  repeat(): void {
    if (this.#last !== '') this.#publish(this.#last);
  }

  /** Once for all that changes at a time, and before the application goes on: who asks after a call finds what it did. */
  #lookSoon(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => this.#look());
  }

  #look(): void {
    this.#due = false;
    const json = JSON.stringify(takeSnapshot(this.#bridge));
    if (json === this.#last) return;
    this.#last = json;
    this.#publish(json);
  }
}
