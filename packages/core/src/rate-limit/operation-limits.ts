import type { OperationConfig, OperationRateLimitConfig } from '../config/types.ts';
import type { RateLimitExceeded } from '../errors.ts';
import type { CallKey } from './call-key.ts';
import type { LimitOverrides } from './limit-overrides.ts';
import { LimitRequest, type LimitVerdict } from './limit-request.ts';
import { type LimitClaim, LimitRule } from './limit-rule.ts';
import { LimitSet, NO_LIMITS } from './limit-set.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { Reservation } from './reservation.ts';
import type { SharedRateLimiter } from './shared/shared-limiter.ts';
import { SharedRequest } from './shared/shared-request.ts';
import { SharedRule, sharedGroup, sharedName } from './shared/shared-rule.ts';
import { assertCost } from './validate.ts';
import type { WaitingRoom } from './waiting-room.ts';

const NO_OVERRIDES: LimitOverrides = new Map();

/** Which limits are asked: those that count calls, those that count attempts, or both. */
export type LimitUse = 'call' | 'attempt' | 'all';

export type LimitsOfOperation = Pick<OperationConfig, 'rateLimit' | 'rateLimits'>;

export interface ReserveOptions {
  /** The most the wait for the tokens may take. Default: as long as the limits let a call wait. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What limits said about a request. */
export interface LimitAnswer {
  readonly admitted: boolean;
  verdicts(): LimitVerdict[];
}

/**
 * All rate limits of one operation, with buckets of their own, whatever other operations do with the same keys.
 *
 * Overrides replace the operation's own limit, and further ones that are by a part of the key which an override names.
 */
export class OperationLimits {
  readonly operation: string;
  readonly #limiter: RateLimiter;
  readonly #sharedLimiter: SharedRateLimiter | undefined;
  #all: LimitSet = NO_LIMITS;
  #perCall: LimitSet = NO_LIMITS;
  #perAttempt: LimitSet = NO_LIMITS;

  /** @param shared has the buckets of limits that processes share; without it each limit is of this process alone */
  constructor(
    operation: string,
    limits: LimitsOfOperation,
    overrides: LimitOverrides,
    limiter: RateLimiter,
    shared: SharedRateLimiter | undefined = undefined,
  ) {
    this.operation = operation;
    this.#limiter = limiter;
    this.#sharedLimiter = shared;
    this.configure(limits, overrides);
  }

  /** The limits as they are now, the operation's own first. */
  get configs(): readonly OperationRateLimitConfig[] {
    return this.#all.all.map(({ config }) => config);
  }

  /** Requests that wait for tokens. */
  get waiting(): number {
    const waiting = new Set<object>();
    for (const claim of this.#waitingClaims()) if (claim.place !== undefined) waiting.add(claim.place.waiter);
    return waiting.size;
  }

  /** Applies changed limits at once. Buckets keep their levels by the names of their limits, and waiters their places. */
  configure({ rateLimit, rateLimits }: LimitsOfOperation, overrides: LimitOverrides): void {
    const known = new Map(this.#all.rules.map((rule) => [rule.scope.name, rule]));
    const knownShared = new Map(this.#all.shared.map((rule) => [rule.config.name, rule]));
    const names = new Map<string, number>();
    const configs = [...(rateLimit === null ? [] : [rateLimit]), ...rateLimits];
    const limiter = this.#sharedLimiter;
    const isShared = (config: OperationRateLimitConfig): boolean => limiter !== undefined && config.shared !== false;
    const group = configs.filter(isShared).length > 1 ? sharedGroup(this.operation) : undefined;
    const local: LimitRule[] = [];
    const shared: SharedRule[] = [];
    for (const config of configs) {
      const own = config === rateLimit;
      const applicable = own || (config.by !== 'key' && config.by !== 'global') ? overrides : NO_OVERRIDES;
      if (limiter !== undefined && isShared(config)) {
        const rule = knownShared.get(config.name);
        if (rule?.config.by === config.by && rule.group === group) {
          rule.configure(config, applicable);
          shared.push(rule);
        } else {
          const name = sharedName(this.operation, config.name);
          shared.push(new SharedRule(limiter, name, group, config, applicable));
        }
        continue;
      }
      const times = (names.get(config.name) ?? 0) + 1;
      names.set(config.name, times);
      const scopeName = `${this.operation}\0${config.name}${times === 1 ? '' : `#${times}`}`;
      const rule = known.get(scopeName);
      if (rule === undefined || rule.config.by !== config.by) {
        const { buckets } = this.#limiter.room;
        local.push(new LimitRule(rule?.scope ?? buckets.hasher.scope(scopeName), config, applicable, buckets));
        continue;
      }
      rule.configure(config, applicable);
      local.push(rule);
    }
    const setOf = (per?: OperationRateLimitConfig['per']): LimitSet => {
      const counts = ({ config }: LimitRule | SharedRule): boolean => per === undefined || config.per === per;
      return new LimitSet(local.filter(counts), shared.filter(counts));
    };
    this.#all = setOf();
    this.#perCall = setOf('call');
    this.#perAttempt = setOf('attempt');
    this.#replan();
  }

  /**
   * The usual case without the reasons: no limit, or a single one that nobody waits for and that makes nobody wait. Undefined when the
   * tokens were taken, else the refusal, if it is `final`; null leaves the question open, to {@link take}.
   */
  takeQuietly(
    key: CallKey | undefined,
    cost: number,
    use: LimitUse,
    final: boolean,
  ): RateLimitExceeded | undefined | null {
    const { rules } = this.of(use);
    const [rule] = rules;
    if (rule === undefined) return undefined;
    return rules.length === 1 && this.#limiter.room.empty ? rule.takeQuietly(key, cost, this.operation, final) : null;
  }

  /**
   * Asks every limit of the `use`, and takes what all of them want or nothing; undefined when there is no such limit.
   *
   * @throws InvalidArgumentError for a cost above the capacity of a limit: it can never pass
   */
  take(key: CallKey | undefined, cost: number, use: LimitUse): LimitRequest | undefined {
    const { rules } = this.of(use);
    if (rules.length === 0) return undefined;
    return new LimitRequest(
      this.#limiter.room,
      rules.map((rule) => rule.claim(key, cost, false)),
    );
  }

  /**
   * Takes an estimated cost from every limit, to be corrected once the actual one is known. An estimate above a capacity waits for a full
   * bucket and leaves it in debt.
   *
   * @param onDecided told what the limits said, before anything is thrown
   * @throws RateLimitExceeded when a limit has no tokens and the call may not wait for them; the signal's reason when it aborts
   */
  async reserve(
    key: CallKey | undefined,
    estimate: number,
    options: ReserveOptions = {},
    onDecided: (answer: LimitAnswer) => void = () => {},
  ): Promise<Reservation> {
    assertCost(estimate);
    const { deadlineMs = Number.POSITIVE_INFINITY, signal } = options;
    signal?.throwIfAborted();
    const { room } = this.#limiter;
    const shared = this.askShared(key, estimate, 'all', true);
    const request = new LimitRequest(
      room,
      this.#all.rules.map((rule) => rule.claim(key, estimate, true)),
    );
    const end = request.canWait(deadlineMs) ? await request.wait(deadlineMs, signal) : 'at once';
    if (!request.admitted || shared === undefined) onDecided(request);
    if (end === 'aborted') throw signal?.reason;
    if (!request.admitted) throw request.error(this.operation, 'tokens');
    if (shared === undefined) return new Reservation(room, request.charged, estimate, request.waitedMs);
    const sharedEnd = shared.decideNow() ? 'admitted' : await shared.wait(deadlineMs - request.waitedMs, signal);
    if (!shared.admitted) request.giveBack();
    else onDecided(request);
    onDecided(shared);
    if (sharedEnd === 'aborted') throw signal?.reason;
    if (!shared.admitted) throw shared.error(this.operation, 'tokens');
    shared.watch((verdict) => onDecided({ admitted: true, verdicts: () => [verdict] }));
    const waitedMs = request.waitedMs + shared.waitedMs;
    return new Reservation(room, request.charged, estimate, waitedMs, shared.reservation(estimate));
  }

  /**
   * What is asked of the limits that processes share; undefined when there are none. Nothing is taken yet.
   *
   * @throws InvalidArgumentError for a cost above the capacity of a limit, unless the call `mayGoIntoDebt`
   */
  askShared(key: CallKey | undefined, cost: number, use: LimitUse, mayGoIntoDebt = false): SharedRequest | undefined {
    const { shared } = this.of(use);
    return shared.length === 0 ? undefined : new SharedRequest(shared, key, cost, mayGoIntoDebt);
  }

  /** The limits of a use as they are now. */
  of(use: LimitUse): LimitSet {
    return use === 'call' ? this.#perCall : use === 'attempt' ? this.#perAttempt : this.#all;
  }

  /** Brings those who wait under the limits as they are now. */
  #replan(): void {
    const room: WaitingRoom = this.#limiter.room;
    if (room.empty) return;
    for (const claim of this.#waitingClaims()) {
      // Of a limit that is gone, or only watches now, nothing is waited for.
      const kept = this.#all.rules.includes(claim.rule) && claim.rule.config.mode === 'enforce';
      claim.plan = claim.rule.planFor(claim.asked, claim.key);
      // What was admissible when it came is not refused now: it may pass with a full bucket.
      claim.need = kept ? Math.min(claim.cost, claim.plan.capacity) : 0;
      if (!kept) claim.charge = 0;
    }
    room.refresh();
  }

  *#waitingClaims(): Iterable<LimitClaim> {
    for (const claim of this.#limiter.room.claims()) {
      if ('rule' in claim && claim.scope.name.startsWith(`${this.operation}\0`)) yield claim as LimitClaim;
    }
  }
}
