import { type Clock, systemClock } from '../clock.ts';
import { DEFAULT_HEALTH_CHECKS } from '../config/defaults.ts';
import { suggestion } from '../config/nearest.ts';
import type { HealthChecksConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { Random } from '../retry/backoff.ts';
import { standingOf } from './aggregate.ts';
import type { CheckHealth, OverallHealth } from './check-health.ts';
import { type Checkable, checkableOf } from './checkable.ts';
import type { CheckFunction } from './checks/simple.ts';
import { checksFromConfig, definitionOf } from './checks-from-config.ts';
import { type HealthEventHandler, harmless } from './events.ts';
import { MonitoredCheck } from './monitored-check.ts';
import { assertRegisterOptions, type RegisterOptions } from './register-options.ts';
import { type HealthReport, reportOf } from './report.ts';
import type { HealthResult } from './result.ts';
import { Scheduler, type Task } from './scheduler.ts';
import { settingsOf } from './settings.ts';
import { harmlessTraffic, type TrafficSource } from './traffic.ts';

export interface HealthRegistryOptions {
  /** Default: that of a config that says nothing. */
  readonly config?: HealthChecksConfig | undefined;
  readonly clock?: Clock | undefined;
  /** Source of numbers in [0, 1) that spreads the runs. Default `Math.random`. */
  readonly random?: Random | undefined;
  /** Running totals of the calls of an operation, for checks that follow one. */
  readonly traffic?: TrafficSource | undefined;
  /** Told what happens, as it happens. */
  readonly onEvent?: HealthEventHandler | undefined;
}

interface Entry {
  readonly monitored: MonitoredCheck;
  readonly options: RegisterOptions;
  /** What the config says of a check that it made; undefined for one that code registered. */
  readonly definition: string | undefined;
  /** Whether a reload brought it, which reaches all replicas at once: before its first result it must not take them all out of traffic. */
  readonly reloaded: boolean;
}

/**
 * The health checks of a service. Checks run on their schedule once {@link start} was called, and by hand at any time; what is known is
 * read from memory with {@link snapshot}.
 */
export class HealthRegistry {
  readonly #clock: Clock;
  readonly #emit: HealthEventHandler;
  readonly #traffic: TrafficSource;
  readonly #scheduler: Scheduler;
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<() => void>();
  #config: HealthChecksConfig;
  #started = false;

  /** @throws InvalidArgumentError for a config whose checks cannot be made */
  constructor(options: HealthRegistryOptions = {}) {
    const { config = DEFAULT_HEALTH_CHECKS, clock = systemClock, random = Math.random, traffic, onEvent } = options;
    this.#clock = clock;
    this.#emit = harmless(onEvent ?? (() => {}));
    this.#traffic = harmlessTraffic(traffic ?? (() => undefined));
    this.#scheduler = new Scheduler({ clock, random });
    this.#config = config;
    this.configure(config);
  }

  /**
   * Adds a check. One of the same name is replaced, with a process warning; its last result is dropped.
   *
   * @throws InvalidArgumentError for a name, check or options that cannot work
   */
  register(name: string, check: Checkable | CheckFunction, options: RegisterOptions = {}): void {
    const checkable = checkableOf(name, check);
    assertRegisterOptions(name, options);
    const before = this.#entries.get(name);
    // A check made by the config is there for services without code, so code that has a better one replaces nothing of its own.
    if (before !== undefined && before.definition === undefined) warnOfReplacement(name);
    this.#put(name, checkable, options, undefined);
    this.#reschedule();
  }

  /** Removes a check with all that is known of it; an unknown name changes nothing. A run under way is ended and never recorded. */
  unregister(name: string): void {
    this.#remove(name);
    this.#reschedule();
  }

  /** Removes every check. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#remove(name);
    this.#reschedule();
  }

  /** Calls `watcher`, which must not throw, whenever checks come or go or are set up anew. The function returned ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Names that the config expects and nobody has registered a check for. */
  missing(): readonly string[] {
    return Object.entries(this.#config.providers).flatMap(([name, { enabled }]) =>
      enabled && !this.#entries.has(name) ? [name] : [],
    );
  }

  /**
   * Runs one check now, or joins its run that is under way.
   *
   * @throws InvalidArgumentError when no check has that name
   */
  async run(name: string): Promise<HealthResult> {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry.monitored.run();
    throw new InvalidArgumentError(`Health check not found: ${name}${suggestion(name, this.names())}`);
  }

  /** Runs every check now, all at once. Those that the config disables are left out. */
  async runAll(): Promise<HealthReport> {
    const asked = this.#enabled();
    const results = await Promise.all(asked.map((monitored) => monitored.run()));
    const reported = asked.flatMap((monitored, index) => {
      const result = results[index];
      const { name, settings } = monitored;
      // What was removed or replaced meanwhile is no longer a check of this service.
      const gone = this.#entries.get(name)?.monitored !== monitored;
      return gone || result === undefined ? [] : [{ name, result, required: settings.required }];
    });
    return reportOf(reported, new Date(this.#clock.wallNow()));
  }

  /** Runs every check now, and tells whether all are healthy. True without any. */
  async isHealthy(): Promise<boolean> {
    return (await this.runAll()).healthy;
  }

  /** The last single result of a check; null before the first, and for an unknown name. */
  getStatus(name: string): HealthResult | null {
    return this.#entries.get(name)?.monitored.last ?? null;
  }

  /** Names of the checks whose last result is not healthy. */
  getFailedChecks(): readonly string[] {
    return [...this.#entries].flatMap(([name, { monitored }]) => (monitored.last?.healthy === false ? [name] : []));
  }

  /**
   * How every check stands, settled by thresholds. Reads memory only. Left out are checks that the config disables, and those without a
   * result that have no schedule which would bring one or came by {@link configure} while the schedule ran.
   */
  snapshot(): readonly CheckHealth[] {
    const nowMs = this.#clock.now();
    const views: CheckHealth[] = [];
    for (const { monitored, reloaded } of this.#entries.values()) {
      const expected = !reloaded && this.#scheduler.has(monitored.name);
      if (monitored.settings.enabled && (monitored.last !== null || expected)) views.push(monitored.view(nowMs));
    }
    return views;
  }

  /** The snapshot and what it amounts to. */
  overall(): OverallHealth {
    const checks = this.snapshot();
    return { overall: standingOf(checks), checks };
  }

  /**
   * Goes on with another config. Results, streaks and runs under way stay; checks that the config itself describes come and go with it.
   *
   * @throws InvalidArgumentError for a config whose checks cannot be made; nothing has changed then
   */
  configure(config: HealthChecksConfig): void {
    const made = checksFromConfig(config);
    this.#config = config;
    for (const [name, { definition }] of [...this.#entries]) {
      if (definition !== undefined && !made.has(name)) this.#remove(name);
    }
    for (const [name, check] of made) {
      const before = this.#entries.get(name);
      const definition = definitionOf(config.providers[name]);
      const stays = before !== undefined && (before.definition === undefined || before.definition === definition);
      if (!stays) this.#put(name, check, {}, definition);
    }
    for (const [name, { monitored, options }] of this.#entries) monitored.configure(settingsOf(name, options, config));
    this.#reschedule();
  }

  /** Begins to run the checks on schedule, unless the config disables them. */
  start(): void {
    this.#started = true;
    this.#reschedule();
  }

  /** Ends the schedule, and runs that nobody waits for. Results stay. */
  stop(): void {
    this.#started = false;
    this.#reschedule();
    for (const { monitored } of this.#entries.values()) monitored.abandon();
  }

  #enabled(): MonitoredCheck[] {
    const checks: MonitoredCheck[] = [];
    for (const { monitored } of this.#entries.values()) if (monitored.settings.enabled) checks.push(monitored);
    return checks;
  }

  #put(name: string, check: Checkable, options: RegisterOptions, definition: string | undefined): void {
    this.#remove(name);
    const settings = settingsOf(name, options, this.#config);
    const host = {
      clock: this.#clock,
      emit: this.#emit,
      traffic: this.#traffic,
      scheduled: () => this.#scheduler.has(name),
    };
    const monitored = new MonitoredCheck(name, check, settings, host);
    this.#entries.set(name, { monitored, options, definition, reloaded: definition !== undefined && this.#started });
  }

  #remove(name: string): void {
    this.#entries.get(name)?.monitored.remove();
    this.#entries.delete(name);
    this.#scheduler.drop(name);
  }

  #reschedule(): void {
    const active = this.#started && this.#config.enabled ? this.#enabled() : [];
    const tasks = active.map((check): [string, Task] => [check.name, taskOf(check)]);
    this.#scheduler.set(new Map(tasks), this.#config.initialDelayMs);
    for (const watcher of this.#watchers) watcher();
  }
}

function taskOf(check: MonitoredCheck): Task {
  return { intervalMs: check.settings.intervalMs, run: () => check.due() };
}

function warnOfReplacement(name: string): void {
  process.emitWarning(`The health check '${name}' was registered before; the new one replaces it`, {
    type: 'CrossbridgeWarning',
    code: 'CROSSBRIDGE_HEALTH_CHECK_REPLACED',
  });
}
