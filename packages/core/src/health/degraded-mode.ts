import type { HealthChecksConfig } from '../config/types.ts';
import type { HealthEvent } from './events.ts';
import type { HealthStatus } from './status.ts';

export type DegradedModeConfig = HealthChecksConfig['degradedMode'];

export type FeaturesChanged = Extract<HealthEvent, { type: 'features.changed' }>;

/** Switches off the features that the application can do without, while the service is degraded or worse. */
export class DegradedMode {
  #features: readonly string[];
  #off: ReadonlySet<string> = new Set();
  #degraded = false;

  constructor({ disableFeatures }: DegradedModeConfig) {
    this.#features = disableFeatures;
  }

  /** Goes on with another config. Returns what changed, if anything did. */
  configure({ disableFeatures }: DegradedModeConfig): FeaturesChanged | undefined {
    this.#features = disableFeatures;
    return this.#switch();
  }

  /**
   * Takes the status of the whole. `unknown` changes nothing: to know less is no reason to switch anything.
   *
   * @returns what changed, if anything did
   */
  update(overall: HealthStatus): FeaturesChanged | undefined {
    if (overall !== 'unknown') this.#degraded = overall !== 'healthy';
    return this.#switch();
  }

  /** True for every feature that is not switched off, also for one that nobody has named. */
  isFeatureEnabled(name: string): boolean {
    return !this.#off.has(name);
  }

  #switch(): FeaturesChanged | undefined {
    const before = this.#off;
    const off = new Set(this.#degraded ? this.#features : []);
    this.#off = off;
    const enabled = [...before].filter((name) => !off.has(name));
    const disabled = [...off].filter((name) => !before.has(name));
    return enabled.length + disabled.length === 0 ? undefined : { type: 'features.changed', enabled, disabled };
  }
}
