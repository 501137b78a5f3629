import type { Clock } from '../clock.ts';
import type { RuntimeConfig } from '../config/types.ts';
import type { BridgeEvent } from '../observer.ts';
import type { Random } from '../retry/backoff.ts';
import { isPending, standingOf } from './aggregate.ts';
import type { CheckHealth, OverallHealth } from './check-health.ts';
import { DegradedMode, type FeaturesChanged } from './degraded-mode.ts';
import type { HealthEvent } from './events.ts';
import { OperationHealth, type OperationSigns } from './operation-health.ts';
import { isReady } from './readiness.ts';
import { HealthRegistry } from './registry.ts';
import type { HealthStatus } from './status.ts';
import type { Traffic } from './traffic.ts';

export interface BridgeHealthOptions {
  readonly config: RuntimeConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** What every operation shows now. */
  readonly signs: () => Iterable<OperationSigns>;
  readonly traffic: (operation: string) => Traffic | undefined;
  readonly tell: (event: BridgeEvent) => void;
}

/** How long an evaluation answers whether a feature is on. Features may be asked for at every request. */
const FRESH_MS = 1_000;

/** The health of a bridge: its checks, what its operations show, and what follows from the whole. */
export class BridgeHealth {
  readonly registry: HealthRegistry;
  readonly #options: BridgeHealthOptions;
  readonly #operations = new Map<string, OperationHealth>();
  readonly #degradedMode: DegradedMode;
  #config: RuntimeConfig['healthChecks'];
  #overall: HealthStatus | undefined;
  #evaluatedAtMs = Number.NEGATIVE_INFINITY;
  #evaluating = false;
  /** Whether the first results are there of all that the service cannot work without. */
  #begun = false;

  constructor(options: BridgeHealthOptions) {
    const { config, clock, random, traffic } = options;
    this.#options = options;
    this.#config = config.healthChecks;
    this.#degradedMode = new DegradedMode(config.healthChecks.degradedMode);
    const onEvent = (event: HealthEvent): void => this.#onEvent(event);
    this.registry = new HealthRegistry({ config: config.healthChecks, clock, random, traffic, onEvent });
    this.registry.start();
  }

  /** How everything stands, from memory. A change since the last look is told to the observers. */
  evaluate(): OverallHealth {
    const checks = [...this.registry.snapshot(), ...this.#operationChecks()];
    const overall = standingOf(checks);
    this.#evaluatedAtMs = this.#options.clock.now();
    // That a service begins with checks whose results are still to come is no change.
    const begins = overall === 'unknown' && checks.every(({ last }) => last === undefined);
    this.#tellChange(overall, begins);
    return { overall, checks };
  }

  /** Looks again once everybody has heard of what has changed: what follows from it is told after it. Whoever asks before gets it at once. */
  evaluateSoon(): void {
    this.#evaluatedAtMs = Number.NEGATIVE_INFINITY;
    queueMicrotask(() => this.evaluate());
  }

  /** Whether to send this service traffic: not before the required checks have had their first results. */
  isReady(): boolean {
    const { overall, checks } = this.evaluate();
    if (!this.#begun && checks.some((check) => check.required === true && isPending(check))) return false;
    this.#begun ||= checks.some(({ last }) => last !== undefined);
    return isReady(overall, checks, this.#config.degradedMode);
  }

  isFeatureEnabled(name: string): boolean {
    if (this.#options.clock.now() - this.#evaluatedAtMs >= FRESH_MS) this.evaluate();
    return this.#degradedMode.isFeatureEnabled(name);
  }

  configure({ healthChecks }: RuntimeConfig): void {
    this.#config = healthChecks;
    this.registry.configure(healthChecks);
    this.#tellFeatures(this.#degradedMode.configure(healthChecks.degradedMode));
    this.evaluate();
  }

  close(): void {
    this.registry.stop();
  }

  #operationChecks(): CheckHealth[] {
    const { clock, signs, tell } = this.#options;
    const [nowMs, wallNowMs] = [clock.now(), clock.wallNow()];
    const checks: CheckHealth[] = [];
    const changes: Extract<HealthEvent, { type: 'health.changed' }>[] = [];
    for (const each of signs()) {
      let health = this.#operations.get(each.name);
      if (health === undefined) {
        health = new OperationHealth();
        this.#operations.set(each.name, health);
      }
      const from = health.status;
      const view = health.view(each, nowMs, wallNowMs);
      if (view !== undefined) checks.push(view);
      const { status: to, message } = view ?? { status: 'healthy', message: '' };
      const check = `operation:${each.name}`;
      if (from !== to) changes.push({ type: 'health.changed', check, from, to, message, flapping: false });
    }
    for (const change of changes) tell({ ...change, call: undefined });
    return checks;
  }

  #onEvent(event: HealthEvent): void {
    if (event.type === 'health.checked') {
      const { check, status, durationMs } = event;
      this.#options.tell({ type: 'health.checked', check, status, durationMs, call: undefined });
      return;
    }
    this.#options.tell({ ...event, call: undefined });
    this.evaluate();
  }

  #tellChange(overall: HealthStatus, begins: boolean): void {
    // An observer may ask how things stand in the middle of being told.
    if (this.#evaluating) return;
    this.#evaluating = true;
    const from = this.#overall;
    this.#overall = overall;
    if (from !== undefined && from !== overall && !begins) {
      this.#options.tell({ type: 'health.overall_changed', from, to: overall, call: undefined });
    }
    this.#tellFeatures(this.#degradedMode.update(overall));
    this.#evaluating = false;
  }

  #tellFeatures(changed: FeaturesChanged | undefined): void {
    if (changed !== undefined) this.#options.tell({ ...changed, call: undefined });
  }
}
