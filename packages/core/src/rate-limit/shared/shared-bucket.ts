import { Alarm } from '../alarm.ts';
import { BucketAlone } from './bucket-alone.ts';
import { type BucketAnswer, type BucketRequest, bareRequest, type StoreAnswer } from './bucket-request.ts';
import type { BucketWorld, LeaseHolder, StoreWaiter } from './bucket-world.ts';
import { Demand } from './demand.ts';
import {
  freeNow,
  hintOf,
  type KnownLevel,
  type SharedDecision,
  type SharedRate,
  sharedDecision,
} from './shared-decision.ts';
import { leaseDeadlineMs, Stash } from './stash.ts';
import { StoreLine } from './store-line.ts';

/** Tokens that nobody wanted for so long are given back. */
const QUIET_MS = 20;
/** Tokens are given back when no more than this share of their lease is left. */
const LAST = 0.1;
/** A lease is renewed when less of it than this share is left. */
const LOW = 0.2;

/** What one process knows of, holds of and wants of one shared bucket. At most one question about it is under way. */
export class SharedBucket implements LeaseHolder {
  readonly storeKey: string;
  rate: SharedRate;
  readonly #world: BucketWorld;
  readonly #stash = new Stash();
  readonly #retry: Alarm;
  #demand: Demand;
  readonly #line = new StoreLine();
  /** What the store said last. */
  known: KnownLevel | undefined;
  #baseUs = 0;
  #asking = false;
  #soon = false;
  #low = 0;
  #usedMs = 0;
  readonly #alone: BucketAlone;

  constructor(storeKey: string, rate: SharedRate, world: BucketWorld) {
    this.storeKey = storeKey;
    this.rate = rate;
    this.#world = world;
    this.#alone = new BucketAlone(world.fallback);
    this.#demand = new Demand(rate, world.clock.now());
    this.#retry = new Alarm(world.clock, () => this.#goOn());
  }

  /** Whether nothing is lost if this process forgets the bucket. */
  idle(nowMs: number): boolean {
    return (
      !this.#asking &&
      this.#line.length === 0 &&
      this.#stash.empty &&
      this.emptyMs(Number.POSITIVE_INFINITY) === 0 &&
      this.#alone.owed(this.rate, nowMs) === 0
    );
  }

  /** Tokens that this process holds. */
  get held(): number {
    return this.#stash.available(this.#world.clock.now());
  }

  configure(rate: SharedRate): void {
    if (rate.windowSeconds !== this.rate.windowSeconds || rate.capacity !== this.rate.capacity) {
      this.#demand = new Demand(rate, this.#world.clock.now());
    }
    this.rate = rate;
    this.#line.forget();
    this.#goOn();
  }

  /** Spends leased tokens, if there are enough. */
  spend(cost: number, nowMs: number): boolean {
    if (this.#stash.empty || this.#line.length > 0 || !(cost > 0 && Number.isInteger(cost))) return false;
    if (!this.#stash.take(cost, nowMs)) return false;
    this.#demand.add(cost);
    this.#usedMs = nowMs;
    if (this.#stash.tokens < this.#low && this.#line.emptyMs(1, nowMs) === 0) void this.#ask(false);
    return true;
  }

  /** Decides by what is at hand; undefined when the store must be asked. `again` after a first look. */
  takeNow(cost: number, nowMs: number, again: boolean = false): SharedDecision | undefined {
    if (this.spend(cost, nowMs)) return this.#byLease(nowMs);
    if (!again) this.#demand.add(cost);
    this.#usedMs = nowMs;
    if (this.#line.length > 0) return undefined;
    const waitMs = this.#line.emptyMs(cost, nowMs);
    return waitMs > 0 ? this.#remembered(waitMs, nowMs) : undefined;
  }

  /** Lets somebody wait for an answer of the store, and for tokens as long as it may. */
  join(waiter: StoreWaiter): void {
    this.#line.join(waiter);
    if (this.#asking || this.#soon) return;
    this.#soon = true;
    // All who ask in this tick share one question.
    process.nextTick(() => {
      this.#soon = false;
      this.#goOn();
    });
  }

  /** How long there are no such tokens, as far as is known; 0 when there may be. */
  emptyMs(cost: number): number {
    return this.#line.emptyMs(cost, this.#world.clock.now());
  }
  /** Those who wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Reports what was spent and gives back what is not used, once the key has gone quiet or the lease ends soon. */
  sweep(nowMs: number): void {
    this.#stash.available(nowMs);
    if (this.#stash.empty) {
      this.#world.holding.delete(this);
      return;
    }
    const quiet = nowMs - this.#usedMs >= Math.max(this.#demand.horizonMs, QUIET_MS);
    const ends = this.#stash.deadlineMs - nowMs < (this.#demand.leaseUs / 1000) * LAST;
    if ((quiet || ends) && this.#line.length === 0) void this.#ask(true);
  }

  /** Gives back everything it holds. */
  giveBack(): Promise<void> {
    return this.#ask(true);
  }

  /** Takes note of tokens that were handed out without the store, which is to hear of them later. */
  owe(cost: number, nowMs: number): void {
    this.#alone.owe(this.rate, cost, nowMs);
  }

  /** What decides while the store does not. */
  decideAlone(cost: number): SharedDecision {
    const nowMs = this.#world.clock.now();
    return this.#alone.decide(this.storeKey, this.rate, cost, freeNow(this.rate, this.known, nowMs), nowMs);
  }

  /** Takes note of what the store says. */
  learn(answer: StoreAnswer, { free, leased, leaseUs }: BucketAnswer, nowMs: number): void {
    this.known = { free, leased, leasedUs: leaseUs, atMs: nowMs };
    this.#baseUs = answer.atUs;
    this.#alone.end();
  }

  async #ask(giveBack: boolean): Promise<void> {
    if (this.#asking) return;
    const nowMs = this.#world.clock.now();
    // The store is told first what was handed out without it.
    const owed = this.#alone.owed(this.rate, nowMs);
    const owing = owed > 0;
    const asked = owing ? [] : this.#line.front();
    const request = owing ? { ...this.bare(nowMs), charge: owed } : this.#request(asked[0]?.cost ?? 1, giveBack, nowMs);
    if (asked.length === 0 && request.extra === 0 && request.report === undefined && !owing) return;
    this.#asking = true;
    const { link, clock } = this.#world;
    const count = owing ? 1 : asked.length;
    try {
      const answer = await link.ask([request], count);
      const bucket = answer.buckets[0] as BucketAnswer;
      this.#asking = false;
      this.learn(answer, bucket, clock.now());
      if (owing) this.#alone.told();
      else this.#serve(asked, request, answer, bucket, nowMs);
    } catch {
      this.#asking = false;
      for (const waiter of this.#line.leave()) waiter.decide(this.decideAlone(waiter.cost));
      return;
    }
    this.#goOn();
  }

  /** Asks for those who wait, or tells them what the store said shortly before. */
  #goOn(): void {
    if (this.#asking) return;
    const nowMs = this.#world.clock.now();
    // Who came while the store was asked need not ask it once more.
    if (!this.#stash.empty) this.#line.serve((waiter) => this.#spendFor(waiter, nowMs));
    const waitMs = this.#line.settle(nowMs, (waiter, ms) => waiter.decide(this.#remembered(ms, nowMs)));
    if (waitMs === 0) void this.#ask(false);
    else if (waitMs !== undefined) this.#retry.set(nowMs + waitMs, nowMs);
  }

  #spendFor({ cost, decide }: StoreWaiter, nowMs: number): boolean {
    if (!(cost > 0 && Number.isInteger(cost)) || !this.#stash.take(cost, nowMs)) return false;
    this.#usedMs = nowMs;
    decide(this.#byLease(nowMs));
    return true;
  }

  #byLease(nowMs: number): SharedDecision {
    return sharedDecision(this.rate, this.#stash.tokens + freeNow(this.rate, this.known, nowMs), 0, 'lease');
  }

  #remembered(waitMs: number, nowMs: number): SharedDecision {
    return sharedDecision(this.rate, freeNow(this.rate, this.known, nowMs), waitMs, 'memory');
  }

  #request(need: number, giveBack: boolean, nowMs: number): BucketRequest {
    const wanted = this.#world.leases && !giveBack && Number.isInteger(need) ? this.#demand.perHorizon(nowMs) : 0;
    const leases = wanted > 0;
    this.#low = wanted * LOW;
    const told = this.#stash.report(giveBack);
    return {
      ...this.bare(nowMs),
      need,
      charge: need,
      extra: Math.max(0, wanted - this.#stash.available(nowMs)),
      leaseUs: leases ? this.#demand.leaseUs : 0,
      report: told === undefined ? undefined : { ...told, baseUs: this.#baseUs },
    };
  }

  /** A question that takes and leases nothing. */
  bare(nowMs: number): BucketRequest {
    return bareRequest(this.storeKey, this.rate, hintOf(this.rate, this.known, nowMs));
  }

  #serve(
    asked: readonly StoreWaiter[],
    request: BucketRequest,
    answer: StoreAnswer,
    bucket: BucketAnswer,
    sentMs: number,
  ): void {
    const { holding, watch, clock } = this.#world;
    const nowMs = clock.now();
    const tokens = answer.passed * request.charge + bucket.extra;
    const leased = request.leaseUs > 0;
    if (leased && tokens > 0) {
      this.#stash.add(tokens, answer.atUs + bucket.leaseUs, leaseDeadlineMs(sentMs, bucket.leaseUs));
      this.#usedMs = nowMs;
      holding.add(this);
      watch();
    }
    let { passed } = answer;
    const short = bucket.waitUs > 0;
    const paceMs = leased || !this.#stash.empty ? this.#demand.paceMs : 0;
    const waitMs = short ? Math.max(bucket.waitUs / 1000, paceMs) : 0;
    if (short && passed < asked.length) this.#line.remember(request.need, waitMs, nowMs);
    else if (short && asked.length === 0 && bucket.extra === 0) this.#line.remember(request.need, paceMs, nowMs);
    const left: StoreWaiter[] = [];
    for (const waiter of asked) {
      if (waiter.gone) continue;
      // Tokens for somebody who is gone are for the next; those that nobody takes of the ones not leased are lost.
      if (leased ? this.#stash.take(waiter.cost, nowMs) : passed > 0) {
        passed -= 1;
        waiter.decide(sharedDecision(this.rate, bucket.free, 0, leased ? 'lease' : 'store'));
      } else if (short && nowMs + waitMs > waiter.untilMs) {
        waiter.decide(sharedDecision(this.rate, bucket.free, bucket.waitUs / 1000, 'store'));
      } else left.push(waiter);
    }
    this.#line.putBack(asked.length, left);
  }
}
