import type { BreakerState } from '../observer.ts';
import { CallRatio, failsTooOften, type RecentCalls } from './call-ratio.ts';
import type { CheckHealth } from './check-health.ts';
import type { Quota } from './quota.ts';
import type { HealthStatus } from './status.ts';
import type { Traffic } from './traffic.ts';

/** What one operation shows by its calls. */
export interface OperationSigns {
  readonly name: string;
  /** Undefined without a breaker, and with one that only watches: it refuses nothing, so it degrades nothing. */
  readonly breaker: BreakerState | undefined;
  readonly traffic: Traffic;
  readonly quotas: readonly Quota[];
}

/**
 * What the calls of an operation already show about the health of what it calls, without a probe: its breaker, the share that failed in
 * the last minute, the provider's quota. Trouble degrades the service and does not fail it, since the rest of the service still answers.
 */
export class OperationHealth {
  readonly #ratio = new CallRatio();
  #status: HealthStatus = 'healthy';
  #sinceMs: number | undefined;

  /** As of the last view. */
  get status(): HealthStatus {
    return this.#status;
  }

  /** Undefined when there is nothing to go by. */
  view(signs: OperationSigns, nowMs: number, wallNowMs: number): CheckHealth | undefined {
    const { name, breaker, traffic, quotas } = signs;
    const recent = this.#ratio.look(traffic, nowMs);
    if (breaker === undefined && traffic.calls === 0 && quotas.length === 0) {
      this.#status = 'healthy';
      return undefined;
    }
    const message = trouble(breaker, recent, quotas);
    const status = message === '' ? 'healthy' : 'degraded';
    if (status !== this.#status || this.#sinceMs === undefined) {
      this.#status = status;
      this.#sinceMs = wallNowMs;
    }
    return {
      check: `operation:${name}`,
      status,
      message,
      required: false,
      flapping: false,
      source: 'calls',
      sinceMs: this.#sinceMs,
      last: undefined,
    };
  }
}

function trouble(breaker: BreakerState | undefined, recent: RecentCalls, quotas: readonly Quota[]): string {
  const found: string[] = [];
  if (breaker === 'isolated') found.push('the circuit breaker is held open by hand');
  else if (breaker !== undefined && breaker !== 'closed') found.push(`the circuit breaker is ${breaker}`);
  if (failsTooOften(recent)) found.push(`${recent.failures} of ${recent.calls} calls failed in the last minute`);
  for (const { name, remaining, limit } of quotas) {
    const of = limit === undefined ? '' : ` of ${limit}`;
    if (remaining <= 0) found.push(`the provider's quota of ${name} is used up (0${of} left)`);
  }
  return found.join('; ');
}
