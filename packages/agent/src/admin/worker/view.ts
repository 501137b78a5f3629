import type { CheckHealth } from '@crossbridge/core';
import type { AdminSettings } from '../messages.ts';
import type { SharedState } from '../shared-state.ts';
import type { HealthSnapshot } from '../snapshot.ts';
import type { DraftCheck } from './health-format.ts';
import type { Pulse } from './pulse.ts';
import { without } from './verdict.ts';

/** The name under which the event loop stands among the checks. */
export const EVENT_LOOP = 'event_loop';

/** The name under which a process that was told to stop stands among the checks of `/readyz`. */
export const SHUTDOWN = 'shutdown';

/** All that the endpoints know without asking the main thread. */
export class View {
  readonly shared: SharedState;
  readonly settings: AdminSettings;
  readonly #pulse: Pick<Pulse, 'ageMs'>;
  #snapshot: HealthSnapshot | undefined;

  constructor(shared: SharedState, settings: AdminSettings, pulse: Pick<Pulse, 'ageMs'>) {
    this.shared = shared;
    this.settings = settings;
    this.#pulse = pulse;
  }

  /** Undefined before the first. */
  get snapshot(): HealthSnapshot | undefined {
    return this.#snapshot;
  }

  set snapshot(snapshot: HealthSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Milliseconds since the main thread last beat. */
  get heartbeatAgeMs(): number {
    return this.#pulse.ageMs;
  }

  isStuckFor(limitMs: number): boolean {
    return this.heartbeatAgeMs > limitMs;
  }

  /** The snapshot as it is without the checks that the request excludes. */
  snapshotWithout(excluded: ReadonlySet<string>): HealthSnapshot | undefined {
    return this.#snapshot === undefined ? undefined : without(this.#snapshot, excluded);
  }

  /** The event loop as a check of the draft. */
  eventLoop(limitMs: number): DraftCheck {
    const stuck = this.isStuckFor(limitMs);
    return {
      componentId: EVENT_LOOP,
      componentType: 'system',
      status: stuck ? 'fail' : 'pass',
      time: new Date().toISOString(),
      ...(stuck ? { output: `event loop blocked for ${seconds(this.heartbeatAgeMs)}` } : {}),
      observedValue: this.heartbeatAgeMs,
      observedUnit: 'ms',
      checkStatus: stuck ? 'unhealthy' : 'healthy',
    };
  }
}

/** Excluded names that name nothing, which may be a mistyped one. */
export function unknownNames(
  excluded: ReadonlySet<string>,
  checks: readonly CheckHealth[],
  own: readonly string[],
): { readonly notExcluded?: readonly string[] } {
  const unknown = [...excluded].filter((name) => !own.includes(name) && !checks.some(({ check }) => check === name));
  return unknown.length === 0 ? {} : { notExcluded: unknown };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
