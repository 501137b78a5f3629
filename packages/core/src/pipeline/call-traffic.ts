import type { Traffic } from '../health/traffic.ts';

/** Running totals of the calls of one operation that reached the callee and have ended: what health checks can see without a probe. */
export class CallTraffic implements Traffic {
  readonly sinceMs: number;
  calls: number = 0;
  failures: number = 0;

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  succeeded(): void {
    this.calls += 1;
  }

  failed(): void {
    this.calls += 1;
    this.failures += 1;
  }
}
