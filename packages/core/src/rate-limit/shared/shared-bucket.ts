import { Alarm } from '../alarm.ts';
import { BucketAlone } from './bucket-alone.ts';
import { BucketLevel } from './bucket-level.ts';
import type { BucketAnswer, BucketRequest, StoreAnswer } from './bucket-request.ts';
import type { BucketWorld, LeaseHolder, StoreWaiter } from './bucket-world.ts';
import { Demand } from './demand.ts';
import { Pace } from './pace.ts';
import { type SharedDecision, type SharedRate, sharedDecision } from './shared-decision.ts';
import { leaseDeadlineMs, Stash } from './stash.ts';
import { StoreLine } from './store-line.ts';

/** A lease is renewed when less of it than this share is left. */
const LOW = 0.2;

/** What one process knows of, holds of and wants of one shared bucket. At most one question about it is under way. */
export class SharedBucket implements LeaseHolder {
  readonly level: BucketLevel;
  readonly #world: BucketWorld;
  readonly #stash = new Stash();
  readonly #line = new StoreLine();
  readonly #alone: BucketAlone;
  readonly #retry: Alarm;
  #demand: Demand;
  #pace: Pace;
  #asking = false;
  #soon = false;
  #low = 0;
  #renewMs = 0;
  #usedMs = 0;

  constructor(storeKey: string, rate: SharedRate, world: BucketWorld) {
    this.level = new BucketLevel(storeKey, rate);
    this.#world = world;
    this.#alone = new BucketAlone(world.fallback);
    this.#demand = new Demand(rate, world.clock.now());
    this.#pace = new Pace(rate);
    this.#retry = new Alarm(world.clock, () => this.#goOn());
  }

  get rate(): SharedRate {
    return this.level.rate;
  }

  /** Whether nothing is lost if this process forgets the bucket. */
  idle(nowMs: number): boolean {
    return (
      !this.#asking &&
      this.#line.length === 0 &&
      this.#stash.empty &&
      this.emptyMs(Number.POSITIVE_INFINITY) === 0 &&
      this.#alone.owed(this.level, nowMs) === 0
    );
  }

  /** Tokens that this process holds. */
  get held(): number {
    return this.#stash.available(this.#world.clock.now());
  }

  configure(rate: SharedRate): void {
    if (rate.windowSeconds !== this.rate.windowSeconds || rate.capacity !== this.rate.capacity) {
      this.#demand = new Demand(rate, this.#world.clock.now());
      this.#pace = new Pace(rate);
    }
    this.level.rate = rate;
    this.#line.forget();
    this.#goOn();
  }

  /** Spends leased tokens, if there are enough. */
  spend(cost: number, nowMs: number): boolean {
    if (this.#stash.empty || this.#line.length > 0 || !(cost > 0 && Number.isInteger(cost))) return false;
    if (!this.#stash.take(cost, nowMs)) return false;
    this.#demand.add(cost);
    this.#usedMs = nowMs;
    const low = this.#stash.tokens < this.#low && nowMs >= this.#renewMs;
    if (low && this.#line.emptyMs(1, nowMs) === 0) void this.#ask(false);
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
    const over = this.#demand.isOver(nowMs - this.#usedMs, this.#stash.deadlineMs - nowMs);
    if (over && this.#line.length === 0) void this.#ask(true);
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
    return this.#alone.decide(this.level, cost, nowMs);
  }

  /** Takes note of what the store says. */
  learn(answer: StoreAnswer, bucket: BucketAnswer, nowMs: number): void {
    this.#alone.end(this.level, nowMs);
    this.level.learn(answer, bucket, nowMs);
  }

  async #ask(giveBack: boolean): Promise<void> {
    if (this.#asking) return;
    const nowMs = this.#world.clock.now();
    // The store is told first what was handed out without it.
    const owed = this.#alone.owed(this.level, nowMs);
    const owing = owed > 0;
    const asked = owing ? [] : this.#line.front();
    const request = owing
      ? { ...this.level.bare(nowMs), charge: owed }
      : this.#request(asked[0]?.cost ?? 1, giveBack, nowMs);
    if (asked.length === 0 && request.extra === 0 && request.report === undefined && !owing) return;
    this.#asking = true;
    try {
      const answer = await this.#world.link.ask([request], owing ? 1 : asked.length);
      const bucket = answer.buckets[0] as BucketAnswer;
      this.#asking = false;
      this.learn(answer, bucket, this.#world.clock.now());
      if (owing) this.#alone.told();
      else this.#serve(asked, request, answer, bucket, nowMs);
    } catch {
      this.#asking = false;
      for (const waiter of this.#line.leave()) waiter.decide(this.decideAlone(waiter.cost));
    }
    this.#goOn();
  }

  /** Asks for those who wait, or tells them what the store said shortly before. */
  #goOn(): void {
    if (this.#asking || this.#line.length === 0) return;
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
    return sharedDecision(this.rate, this.#stash.tokens + this.level.free(nowMs), 0, 'lease');
  }

  #remembered(waitMs: number, nowMs: number): SharedDecision {
    return sharedDecision(this.rate, this.level.free(nowMs), waitMs, 'memory');
  }

  #request(need: number, giveBack: boolean, nowMs: number): BucketRequest {
    const leases = this.#world.leases && !giveBack && Number.isInteger(need);
    const wanted = leases ? this.#demand.perHorizon(nowMs) : 0;
    this.#low = wanted * LOW;
    const told = this.#stash.report(giveBack);
    return {
      ...this.level.bare(nowMs),
      need,
      charge: need,
      extra: Math.max(0, wanted - this.#stash.available(nowMs)),
      leaseUs: wanted > 0 ? this.#demand.leaseUs : 0,
      report: told === undefined ? undefined : { ...told, sentUs: this.level.storeUs(nowMs) },
    };
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
    const leased = request.leaseUs > 0;
    const tokens = answer.passed * request.charge + bucket.extra;
    if (leased && bucket.extra < request.extra) {
      this.#pace.heard(tokens);
      this.#renewMs = nowMs + this.#pace.ms;
    }
    if (leased && tokens > 0) {
      this.#stash.add(tokens, answer.atUs + bucket.leaseUs, leaseDeadlineMs(sentMs, bucket.leaseUs));
      this.#usedMs = nowMs;
      holding.add(this);
      watch();
    }
    let { passed } = answer;
    // Tokens for somebody who is gone are for the next; those that nobody takes of the ones not leased are lost.
    const pass = (cost: number): boolean => (leased ? this.#stash.take(cost, nowMs) : passed-- > 0);
    const left = asked.length - answer.passed;
    const waitMs = this.#pace.afterMs(bucket, left, leased, this.#stash.counted);
    if (waitMs > 0 && (asked.length > 0 ? left > 0 : bucket.extra === 0)) {
      this.#line.remember(request.need, waitMs, nowMs);
    }
    this.#line.decide(asked, waitMs > 0 ? nowMs + waitMs : 0, pass, (waiter, admitted) => {
      const retryAfterMs = admitted ? 0 : bucket.waitUs / 1000 || waitMs;
      waiter.decide(sharedDecision(this.rate, bucket.free, retryAfterMs, admitted && leased ? 'lease' : 'store'));
    });
  }
}
