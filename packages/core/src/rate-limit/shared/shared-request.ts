import type { Clock } from '../../clock.ts';
import { RateLimitExceeded } from '../../errors.ts';
import { type CallKey, shownBucket } from '../call-key.ts';
import type { WaitEnd } from '../claim.ts';
import type { LimitVerdict } from '../limit-request.ts';
import { type LimitUnit, unitOf } from '../limit-rule.ts';
import { assertCanPass, assertCost } from '../validate.ts';
import { boundSignal } from './bound-signal.ts';
import { pause } from './pause.ts';
import { type SharedDecision, sharedDecision } from './shared-decision.ts';
import { SharedReservation } from './shared-reservation.ts';
import type { RuleClaim, SharedRule } from './shared-rule.ts';
import { takeTogether } from './take-together.ts';

/** When to try again where the store was not asked to the end. */
const UNDECIDED_MS = 50;
/** Shortest pause before the store is asked once more. */
const SHORTEST_MS = 0.1;

/**
 * What one call wants of all limits of its operation that processes share. Enforced limits take all or none. One in shadow mode decides for
 * itself, later if the store must be asked, and changes nothing for the call.
 */
export class SharedRequest {
  admitted: boolean;
  /** How long the call has waited, for the store and for tokens. */
  waitedMs = 0;
  readonly #clock: Clock;
  readonly #enforced: readonly RuleClaim[];
  readonly #shadow: readonly RuleClaim[];
  /** Whether the store must be asked, because leases are for one limit alone and for whole tokens. */
  readonly #together: boolean;
  #decisions: readonly SharedDecision[] = [];
  #cancelled = false;

  /**
   * @param rules at least one
   * @throws InvalidArgumentError for a cost that no waiting would make pass
   */
  constructor(rules: readonly SharedRule[], asked: CallKey | undefined, cost: number, mayGoIntoDebt: boolean) {
    const claims = rules.map((rule) => rule.claim(asked, cost, mayGoIntoDebt));
    this.#enforced = claims.filter(({ rule }) => rule.config.mode === 'enforce');
    this.#shadow = claims.filter(({ rule }) => rule.config.mode === 'shadow');
    this.#clock = (claims[0] as RuleClaim).limit.world.clock;
    this.#together = mayGoIntoDebt || this.#enforced.length > 1;
    this.admitted = this.#enforced.length === 0;
    assertCost(cost);
    if (mayGoIntoDebt) return;
    for (const { limit, rule } of this.#enforced) {
      assertCanPass(cost, limit.rate.capacity, `the limit '${rule.config.name}'`);
    }
  }

  /** Decides by what is at hand, leased tokens or a refusal shortly before. False when the store must be asked. */
  decideNow(): boolean {
    if (this.admitted) return true;
    const [claim] = this.#enforced;
    if (this.#together || claim === undefined) return false;
    const decision = claim.limit.decideNow(claim.key, claim.cost);
    if (decision === undefined) return false;
    this.#learn([decision]);
    return true;
  }

  /** Whether the call may wait for what was refused. */
  canWait(remainingMs: number): boolean {
    return !this.admitted && this.#mayWait(0, remainingMs);
  }

  /** Asks the store, and waits for tokens as long as all limits that lack them let it, at most `remainingMs`. */
  async wait(remainingMs: number, signal: AbortSignal | undefined): Promise<WaitEnd> {
    const startedMs = this.#clock.now();
    const bound = boundSignal(this.#clock, remainingMs, signal);
    try {
      await this.#askUntil(startedMs, remainingMs, bound.signal);
    } catch (error) {
      if (bound.signal?.aborted !== true) throw error;
      this.#cancelled = signal?.aborted === true;
    } finally {
      bound.end();
      this.waitedMs = this.#clock.now() - startedMs;
    }
    return this.#cancelled ? 'aborted' : this.admitted ? 'admitted' : 'late';
  }

  /**
   * Lets limits in shadow mode decide about a call that was admitted.
   *
   * @param tell told each verdict, and whether the call has not gone on meanwhile
   */
  watch(tell: (verdict: LimitVerdict, atOnce: boolean) => void): void {
    for (const { limit, key, cost, rule } of this.#shadow) {
      const { capacity, windowSeconds } = limit.rate;
      const decision =
        cost > capacity ? sharedDecision(limit.rate, 0, windowSeconds * 1000, 'memory') : limit.decide(key, cost);
      const verdict = (decided: SharedDecision): LimitVerdict => ({
        ...decided,
        name: rule.config.name,
        mode: 'shadow',
        result: decided.admitted ? 'admitted' : 'throttled',
        waitMs: 0,
      });
      if (decision instanceof Promise) void decision.then((decided) => tell(verdict(decided), false));
      else tell(verdict(decision), true);
    }
  }

  /** What the enforced limits say. */
  verdicts(): LimitVerdict[] {
    return this.#enforced.map((claim, index) => {
      const decision = this.#decisionOf(claim, index);
      return {
        ...decision,
        name: claim.rule.config.name,
        mode: 'enforce',
        result: this.#cancelled ? 'cancelled' : decision.admitted ? 'admitted' : 'throttled',
        waitMs: this.waitedMs,
      };
    });
  }

  /** For the limit that takes longest to have the tokens. */
  error(operation: string, unit?: LimitUnit): RateLimitExceeded {
    const refused = this.#enforced.map((claim, index) => ({ claim, decision: this.#decisionOf(claim, index) }));
    const { claim, decision } = refused.reduce((most, one) =>
      one.decision.retryAfterMs > most.decision.retryAfterMs ? one : most,
    );
    const { limit, windowSeconds, retryAfterMs } = decision;
    const key = shownBucket(claim.rule.config.by, claim.key);
    return new RateLimitExceeded({
      key,
      operation,
      limit,
      windowSeconds,
      retryAfterMs,
      unit: unit ?? unitOf(claim.cost),
    });
  }

  /** What was taken of the enforced limits, to be settled. */
  reservation(estimate: number): SharedReservation {
    return new SharedReservation(this.#enforced, estimate);
  }

  async #askUntil(startedMs: number, remainingMs: number, signal: AbortSignal | undefined): Promise<void> {
    let queued: readonly RuleClaim[] = [];
    try {
      for (;;) {
        signal?.throwIfAborted();
        const waitedMs = this.#clock.now() - startedMs;
        this.#learn(await this.#ask(waitedMs, remainingMs, signal));
        if (this.admitted || !this.#mayWait(this.#clock.now() - startedMs, remainingMs)) return;
        if (queued.length === 0) {
          queued = this.#enforced.filter(({ rule, key }) => rule.joinQueue(key));
          if (queued.length < this.#enforced.length) return;
        }
        const waitMs = Math.max(SHORTEST_MS, ...this.#decisions.map(({ retryAfterMs }) => retryAfterMs));
        await pause(waitMs, signal, this.#clock);
      }
    } finally {
      for (const { rule, key } of queued) rule.leaveQueue(key);
    }
  }

  async #ask(
    waitedMs: number,
    remainingMs: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly SharedDecision[]> {
    const [claim] = this.#enforced;
    if (this.#together || claim === undefined) return takeTogether(this.#enforced, signal);
    const { maxWaitMs, queue } = claim.rule.config;
    const patience = Math.max(0, Math.min(maxWaitMs, remainingMs) - waitedMs);
    const wait = { maxWaitMs: patience, queue, ...(signal === undefined ? {} : { signal }) };
    return [await claim.limit.decideWithin(claim.key, claim.cost, wait, true)];
  }

  #learn(decisions: readonly SharedDecision[]): void {
    this.#decisions = decisions;
    this.admitted = decisions.every(({ admitted }) => admitted);
  }

  #mayWait(waitedMs: number, remainingMs: number): boolean {
    return this.#enforced.every(({ rule }, index) => {
      const { retryAfterMs = 0 } = this.#decisions[index] ?? {};
      return retryAfterMs === 0 || waitedMs + retryAfterMs <= Math.min(rule.config.maxWaitMs, remainingMs);
    });
  }

  #decisionOf({ limit, key }: RuleClaim, index: number): SharedDecision {
    const known = this.#decisions[index];
    if (known !== undefined) return known;
    const free = limit.bucket(key).level.free(this.#clock.now());
    return sharedDecision(limit.rate, free, UNDECIDED_MS, 'memory');
  }
}
