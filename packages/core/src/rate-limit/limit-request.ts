import type { RateLimitExceeded } from '../errors.ts';
import type { PolicyMode } from '../observer.ts';
import type { WaitEnd } from './claim.ts';
import { decisionOf, type RateLimitDecision } from './decision.ts';
import { type LimitClaim, type LimitUnit, unitOf } from './limit-rule.ts';
import { Reservation } from './reservation.ts';
import { assertCanPass } from './validate.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What one limit of an operation said about a call. */
export interface LimitVerdict extends RateLimitDecision {
  /** Name of the limit. */
  readonly name: string;
  readonly mode: PolicyMode;
  readonly result: 'admitted' | 'throttled' | 'cancelled';
  /** How long the call waited for this limit. */
  readonly waitMs: number;
}

/**
 * What one call wants of all limits of its operation. Enforced limits take all or none. A limit in shadow mode decides for itself, takes
 * tokens only of calls that it would have admitted and that ran, and changes nothing for the call.
 */
export class LimitRequest {
  admitted: boolean;
  readonly #room: WaitingRoom;
  readonly #enforced: LimitClaim[] = [];
  readonly #shadow: LimitClaim[] = [];
  readonly #cost: number;
  /** How long the call has waited. */
  waitedMs = 0;
  #cancelled = false;

  /** @throws InvalidArgumentError for a cost that no waiting would make pass */
  constructor(room: WaitingRoom, claims: readonly LimitClaim[]) {
    this.#room = room;
    this.#cost = claims[0]?.cost ?? 0;
    for (const claim of claims) {
      if (claim.rule.config.mode === 'shadow') this.#shadow.push(claim);
      else {
        assertCanPass(claim.need, claim.plan.capacity, `the limit '${claim.rule.config.name}'`);
        this.#enforced.push(claim);
      }
    }
    const nowMs = room.buckets.now();
    this.admitted = room.take(this.#enforced, nowMs);
    if (this.#shadow.length > 0) this.#watch(nowMs);
  }

  /** Whether the call may wait for what was refused. */
  canWait(remainingMs: number): boolean {
    return !this.admitted && this.#room.canWait(this.#enforced, remainingMs);
  }

  /** Waits for all limits together, at most `remainingMs`. Never rejects. */
  async wait(remainingMs: number, signal: AbortSignal | undefined): Promise<WaitEnd> {
    const startedMs = this.#room.buckets.now();
    const end = await this.#room.wait(this.#enforced, remainingMs, signal);
    const nowMs = this.#room.buckets.now();
    this.waitedMs = nowMs - startedMs;
    this.admitted = end === 'admitted';
    this.#cancelled = end === 'aborted';
    if (this.admitted) this.#watch(nowMs);
    return end;
  }

  /** The enforced claims, once admitted: what a reservation is made of. */
  get charged(): readonly LimitClaim[] {
    const nowMs = this.#room.buckets.now();
    return [...this.#enforced, ...this.#shadow.filter((claim) => !refuses(claim) && claim.fullAtMs > nowMs)];
  }

  /** Gives the tokens back that were taken. */
  giveBack(): void {
    new Reservation(this.#room, this.charged, this.#cost, 0).cancel();
  }

  verdicts(): LimitVerdict[] {
    const nowMs = this.#room.buckets.now();
    return [
      ...this.#enforced.map((claim) => this.#verdict(claim, this.admitted ? 0 : claim.waitMs, nowMs)),
      ...this.#shadow.map((claim) => this.#verdict(claim, refuses(claim) ? claim.waitMs : 0, nowMs)),
    ];
  }

  /** For the limit that takes longest to have the tokens. */
  error(operation: string, unit?: LimitUnit): RateLimitExceeded {
    const [first, ...others] = this.#enforced as [LimitClaim, ...LimitClaim[]];
    const { plan, key, rule, waitMs, cost } = others.reduce(
      (most, claim) => (claim.waitMs > most.waitMs ? claim : most),
      first,
    );
    return rule.refusal(operation, key, plan, waitMs, unit ?? unitOf(cost));
  }

  #watch(nowMs: number): void {
    for (const claim of this.#shadow) {
      this.#room.buckets.look(claim, nowMs);
      if (this.admitted && !refuses(claim)) this.#room.buckets.charge(claim, nowMs);
    }
  }

  #verdict(claim: LimitClaim, waitMs: number, nowMs: number): LimitVerdict {
    const { name, mode } = claim.rule.config;
    const enforced = mode === 'enforce';
    return {
      ...decisionOf(claim.plan, claim.fullAtMs, waitMs, nowMs),
      name,
      mode,
      result: enforced && this.#cancelled ? 'cancelled' : waitMs === 0 ? 'admitted' : 'throttled',
      waitMs: claim.waited ? this.waitedMs : 0,
    };
  }
}

/** Whether a limit in shadow mode would have refused the call, or let it wait for longer than it may. */
function refuses(claim: LimitClaim): boolean {
  return claim.waitMs > 0 && (claim.waitMs > claim.maxWaitMs || claim.need > claim.plan.capacity);
}
