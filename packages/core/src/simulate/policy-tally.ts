import type { OperationConfig } from '../config/types.ts';
import type { BridgeEvent, HedgeDecision, PolicyMode, RetryDecision } from '../observer.ts';
import type { RateLimitState } from '../pipeline/operation-state.ts';
import { BreakerTally } from './breaker-tally.ts';
import type { LimitReport, PolicyReports } from './policy-report.ts';

type Counts<K extends string> = Partial<Record<K, number>>;
type LimitCounts = { -readonly [K in keyof LimitReport]: LimitReport[K] };

function add<K extends string>(counts: Counts<K>, what: K): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** Counts what the policies of one operation decide. */
export class PolicyTally {
  readonly breakers: BreakerTally = new BreakerTally();
  readonly #config: OperationConfig;
  readonly #limits: LimitCounts[];
  readonly #bulkhead = { rejected: 0, waited: 0 };
  readonly #retry: Counts<RetryDecision> = {};
  readonly #hedge: Counts<HedgeDecision> = {};
  readonly #timeout = { attempt: 0, total: 0 };

  /** @param limits those that the operation has: one that never decides is reported, too */
  constructor(config: OperationConfig, limits: readonly RateLimitState[]) {
    this.#config = config;
    this.#limits = limits.map(({ name, mode }) => emptyLimit(name, mode));
  }

  tell(event: BridgeEvent, atMs: number): void {
    switch (event.type) {
      case 'rate_limit.decided':
        this.#decide(event);
        break;
      case 'bulkhead.rejected':
        this.#bulkhead.rejected += 1;
        break;
      case 'bulkhead.admitted':
        this.#bulkhead.waited += 1;
        break;
      case 'circuit_breaker.rejected':
        this.breakers.reject();
        break;
      case 'circuit_breaker.changed':
        this.breakers.change(event, atMs);
        break;
      case 'retry.decided':
        add(this.#retry, event.decision);
        break;
      case 'hedge.decided':
        add(this.#hedge, event.decision);
        break;
      case 'timeout.exceeded':
        this.#timeout[event.scope] += 1;
        break;
    }
  }

  report(endMs: number): PolicyReports {
    const { bulkhead, circuitBreaker, retry, hedge, timeout } = this.#config;
    const timed = timeout.attemptMs !== null || timeout.totalMs !== null;
    return {
      limits: this.#limits,
      bulkhead: bulkhead && { mode: bulkhead.mode, ...this.#bulkhead },
      circuitBreaker: circuitBreaker && { mode: circuitBreaker.mode, ...this.breakers.report(endMs) },
      retry: retry ? { mode: retry.mode, decisions: this.#retry } : null,
      hedge: hedge && { mode: hedge.mode, decisions: this.#hedge },
      timeout: timed ? { mode: timeout.mode, ...this.#timeout } : null,
    };
  }

  #decide({ rateLimit, mode, result, waitMs }: Extract<BridgeEvent, { type: 'rate_limit.decided' }>): void {
    const limit = this.#limits.find((each) => each.name === rateLimit && each.mode === mode);
    if (limit === undefined) return;
    limit[result] += 1;
    if (waitMs === 0) return;
    limit.waited += 1;
    limit.waitedMs += waitMs;
  }
}

function emptyLimit(name: string, mode: PolicyMode): LimitCounts {
  return { name, mode, admitted: 0, throttled: 0, cancelled: 0, waited: 0, waitedMs: 0 };
}
