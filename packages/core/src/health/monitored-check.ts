import type { Clock } from '../clock.ts';
import type { CheckHealth } from './check-health.ts';
import { checkView } from './check-view.ts';
import type { Checkable } from './checkable.ts';
import type { HealthEventHandler } from './events.ts';
import type { Finding } from './finding.ts';
import { type Flight, startFlight } from './flight.ts';
import type { Recorded } from './recorded.ts';
import { redactDetails } from './redact/details.ts';
import { redactText } from './redact/text.ts';
import { HealthResult } from './result.ts';
import type { CheckSettings } from './settings.ts';
import { settle } from './settled.ts';
import { StuckRun } from './stuck.ts';
import { type Traffic, TrafficWatch } from './traffic.ts';

/** Intervals after which a result tells nothing any more. */
const FRESH_INTERVALS = 3;

/** Between two results lie an interval, longer by its jitter, and a run, which may take longer than the interval. */
const GAP_INTERVALS = 2;

export interface MonitorHost {
  readonly clock: Clock;
  readonly emit: HealthEventHandler;
  readonly traffic: (operation: string) => Traffic | undefined;
  /** Whether results are to be expected at every interval. */
  readonly scheduled: () => boolean;
}

/** One registered check: runs it at most once at a time, and knows how it stands. */
export class MonitoredCheck {
  readonly name: string;
  readonly check: Checkable;
  readonly #host: MonitorHost;
  readonly #trafficWatch = new TrafficWatch();
  #settings: CheckSettings;
  #running: { readonly flight: Flight; readonly result: Promise<HealthResult>; awaited: boolean } | undefined;
  /** A run that has timed out or was given up, and has not come to its end. */
  readonly #stuck = new StuckRun();
  #recorded: Recorded | undefined;
  #view: CheckHealth;
  #removed = false;

  constructor(name: string, check: Checkable, settings: CheckSettings, host: MonitorHost) {
    this.name = name;
    this.check = check;
    this.#settings = settings;
    this.#host = host;
    this.#view = checkView(name, settings, undefined);
  }

  get settings(): CheckSettings {
    return this.#settings;
  }

  /** The last result, or null before the first. */
  get last(): HealthResult | null {
    return this.#recorded?.finding.result ?? null;
  }

  /** Goes on with other settings; results, streaks and a run under way stay. */
  configure(settings: CheckSettings): void {
    this.#settings = settings;
    this.#view = checkView(this.name, settings, this.#recorded);
  }

  /** Runs the check, or joins the run that is under way. Somebody waits for the result. Never rejects. */
  run(): Promise<HealthResult> {
    const result = this.#start();
    if (this.#running !== undefined) {
      this.#running.awaited = true;
      this.#running.flight.keepAlive();
    }
    return result;
  }

  /** What is done when the check is due: nothing is asked where the calls of its operation show enough. */
  due(): void {
    const { operation, intervalMs } = this.#settings;
    if (operation !== undefined) {
      const { clock, traffic } = this.#host;
      const seen = this.#trafficWatch.look(operation, traffic(operation), clock.now(), intervalMs);
      if (seen !== undefined) return void this.#record(seen);
    }
    void this.#start();
  }

  /** How it stands. Reads memory only. @param nowMs milliseconds of the monotonic clock */
  view(nowMs: number): CheckHealth {
    const recorded = this.#recorded;
    if (recorded === undefined || !this.#isStale(recorded, nowMs)) return this.#view;
    const message = `the last result is ${Math.floor((nowMs - recorded.atMs) / 1000)} s old`;
    return { ...this.#view, status: 'unknown', message };
  }

  /** Gives up a run that nobody waits for. Its result is dropped. */
  abandon(): void {
    if (this.#running?.awaited !== false) return;
    this.#stuck.begin(this.#running.flight, this.#host.clock.now(), this.#settings.intervalMs);
    this.#cancel('The schedule was stopped');
  }

  /** Nothing is recorded from now on, whatever is still under way. */
  remove(): void {
    this.#removed = true;
    this.#cancel('The check was unregistered while it ran');
  }

  #cancel(reason: string): void {
    const running = this.#running;
    this.#running = undefined;
    running?.flight.cancel(reason);
  }

  #start(): Promise<HealthResult> {
    if (this.#running !== undefined) return this.#running.result;
    const { clock } = this.#host;
    const stuck = this.#stuck.holding(clock.now());
    if (stuck !== undefined) return Promise.resolve(this.#record(this.#stillRunning(stuck.flight, stuck.untilMs)));
    const flight = startFlight(this.check, { clock, timeoutMs: this.#settings.timeoutMs });
    const running = { flight, awaited: false, result: flight.finding.then((finding) => this.#end(flight, finding)) };
    this.#running = running;
    return running.result;
  }

  #end(flight: Flight, finding: Finding): HealthResult {
    // One that was given up is no longer ours to record.
    if (this.#running?.flight !== flight) return finding.result;
    this.#running = undefined;
    if (finding.timedOut) this.#stuck.begin(flight, this.#host.clock.now(), this.#settings.intervalMs);
    else this.#stuck.ended();
    return this.#record(finding);
  }

  #stillRunning({ startedAtWallMs }: Flight, untilMs: number): Finding {
    const { clock } = this.#host;
    const since = new Date(startedAtWallMs).toISOString();
    const until = new Date(clock.wallNow() + untilMs - clock.now()).toISOString();
    const message = `Check is still running since ${since}, and is not started again before it ends or ${until}`;
    const result = new HealthResult({ status: 'unhealthy', message });
    return { result, durationMs: 0, timedOut: true, source: 'probe' };
  }

  #record(found: Finding): HealthResult {
    const { clock, emit } = this.#host;
    const result = shown(found, clock.wallNow());
    const finding = { ...found, result };
    const nowMs = clock.now();
    const before = this.#recorded;
    // A status from before a long silence is no evidence against a result of now.
    const from = before === undefined || this.#isStale(before, nowMs) ? undefined : before.settled;
    const settled = settle(from, result.status, nowMs, this.#settings);
    const sinceWallMs = before?.settled.status === settled.status ? before.sinceWallMs : clock.wallNow();
    this.#recorded = { settled, finding, atMs: nowMs, sinceWallMs };
    this.#view = checkView(this.name, this.#settings, this.#recorded);
    const { durationMs, timedOut } = finding;
    emit({ type: 'health.checked', check: this.name, status: result.status, durationMs, timedOut });
    this.#tellChange(before?.settled.status ?? 'unknown', before?.settled.flapping ?? false);
    return result;
  }

  #tellChange(from: CheckHealth['status'], wasFlapping: boolean): void {
    const { status: to, message, flapping } = this.#view;
    // Whoever heard of the result may have removed the check.
    if (this.#removed || (from === to && flapping === wasFlapping)) return;
    this.#host.emit({ type: 'health.changed', check: this.name, from, to, message, flapping });
  }

  #isStale({ atMs }: Recorded, nowMs: number): boolean {
    const { intervalMs, timeoutMs } = this.#settings;
    const freshMs = Math.max(intervalMs * FRESH_INTERVALS, intervalMs * GAP_INTERVALS + timeoutMs);
    return this.#host.scheduled() && nowMs - atMs > freshMs;
  }
}

/** As it may be shown, and stamped with the time of the registry. */
function shown({ result, durationMs }: Finding, wallMs: number): HealthResult {
  const { status, message, details } = result;
  return new HealthResult({
    status,
    message: message === null ? null : redactText(message),
    details: redactDetails(details),
    durationMs,
    timestamp: new Date(wallMs),
  });
}
