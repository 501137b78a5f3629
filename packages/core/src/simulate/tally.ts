import type { OperationConfig } from '../config/types.ts';
import type { BridgeEvent, CallInfo, Observer } from '../observer.ts';
import { Call } from '../pipeline/call.ts';
import type { RateLimitState } from '../pipeline/operation-state.ts';
import { CallTally } from './call-tally.ts';
import type { Upstreams } from './play.ts';
import { PolicyTally } from './policy-tally.ts';
import type { OperationReport } from './report.ts';
import { SeriesTally } from './series.ts';

/** Counts what a bridge tells about one operation. */
export class Tally {
  readonly #operation: string;
  readonly #calls = new CallTally();
  readonly #policies: PolicyTally;
  readonly #series = new SeriesTally();
  readonly #targets: ReadonlyMap<string, CallTally>;

  constructor(
    operation: string,
    config: OperationConfig,
    limits: readonly RateLimitState[],
    targets: readonly string[],
  ) {
    this.#operation = operation;
    this.#policies = new PolicyTally(config, limits);
    this.#targets = new Map(targets.map((target) => [target, new CallTally()]));
  }

  tell(event: BridgeEvent, atMs: number): void {
    this.#calls.tell(event);
    this.#policies.tell(event, atMs);
    this.#series.tell(event, atMs);
    const target = targetOf(event.call);
    if (target !== undefined) this.#targets.get(target)?.tell(event);
  }

  report(endMs: number, bucketMs: number, upstreams: Upstreams): OperationReport {
    return {
      operation: this.#operation,
      ...this.#calls.report(),
      policies: this.#policies.report(endMs),
      targets: [...upstreams].flatMap(([target, { report: upstream }]) => {
        const calls = target === undefined ? undefined : this.#targets.get(target);
        if (target === undefined || calls === undefined) return [];
        return { target, ...calls.report(), openMs: this.#policies.breakers.openMs(target, endMs), upstream };
      }),
      upstream: upstreams.get(undefined)?.report ?? null,
      series: this.#series.report(bucketMs, endMs),
    };
  }
}

function targetOf(call: CallInfo | undefined): string | undefined {
  return call instanceof Call ? call.target : undefined;
}

/** Gives each fact to the tally of its operation, with the time of the clock. */
export class TallyObserver implements Observer {
  readonly #tallies: ReadonlyMap<string, Tally>;
  readonly #now: () => number;
  /** When the last call or attempt started or ended. */
  lastMs = 0;

  constructor(tallies: ReadonlyMap<string, Tally>, now: () => number) {
    this.#tallies = tallies;
    this.#now = now;
  }

  on(event: BridgeEvent): void {
    const atMs = this.#now();
    if (event.type.startsWith('call.') || event.type.startsWith('attempt.')) this.lastMs = atMs;
    // There are no reloads and no operators in a simulation: every fact is about a call.
    if (event.call !== undefined) this.#tallies.get(event.call.operation)?.tell(event, atMs);
  }
}
