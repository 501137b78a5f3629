import type { Clock } from '../clock.ts';
import { BucketTable } from './bucket-table.ts';
import type { Claim } from './claim.ts';
import { KeyHasher, type KeyScope } from './key-hash.ts';
import { type Plan, Plans } from './plan.ts';

/** Buckets that newcomers share under each limit, once the table is full. A power of two. */
const OVERFLOW_CELLS = 1024;
/** Buckets whose keys are remembered, to be shown. */
const NAMED_BUCKETS = 10;

export interface NamedBucket {
  readonly scope: KeyScope;
  readonly key: string;
}

/**
 * The buckets of all limits and what can be done with them, in bounded memory.
 *
 * When the table is full of buckets that are not, a new key shares one of 1,024 overflow buckets of its limit with other newcomers.
 * It may then be limited more than it should be, never less; keys that have a bucket keep it. A key that gets a bucket later starts at
 * the level of the one it shared.
 */
export class Buckets {
  readonly table: BucketTable;
  readonly hasher: KeyHasher = new KeyHasher();
  readonly plans: Plans = new Plans();
  /** When the bucket of the latest {@link take} will be full. */
  fullAtMs = 0;
  readonly #clock: Clock;
  readonly #originMs: number;
  #nowMs = 1;
  #overflowed = 0;
  #named: NamedBucket[] = [];

  constructor(maxKeys: number, clock: Clock) {
    this.table = new BucketTable(maxKeys);
    this.#clock = clock;
    this.#originMs = clock.now() - 1;
  }

  /** Times in here start at 1 and never run backwards; 0 stands for always. */
  now(): number {
    const nowMs = this.#clock.now() - this.#originMs;
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    return this.#nowMs;
  }

  /** Decisions on newcomers that had to share a bucket. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** Some of the keys that have a bucket; ones whose bucket was given up make room for others. */
  named(): readonly NamedBucket[] {
    this.#named = this.#named.filter(({ scope, key }) => {
      scope.hash(key);
      return this.table.find(scope.low, scope.high) >= 0;
    });
    return this.#named;
  }

  /** Takes `cost` tokens if they are there; none always are. Returns 0 then, else the milliseconds until they are. */
  take(scope: KeyScope, key: string, plan: Plan, cost: number, nowMs: number): number {
    scope.hash(key);
    const { low, high } = scope;
    const slot = this.#find(scope);
    const fullAtMs = slot < 0 ? this.#overflowTime(plan, low, nowMs) : this.#slotTime(slot, plan, nowMs);
    const waitMs = fullAtMs + cost * plan.intervalMs - nowMs - plan.burstMs;
    if (waitMs > plan.slackMs && cost > 0) {
      this.fullAtMs = fullAtMs;
      if (slot < 0) this.#overflowed += 1;
      return waitMs;
    }
    this.fullAtMs = fullAtMs + cost * plan.intervalMs;
    if (slot < 0) this.#chargeNew(scope, key, low, high, plan, cost, nowMs);
    else this.#write(slot, plan, this.fullAtMs);
    return 0;
  }

  /** Finds out about a claim without taking anything. */
  look(claim: Claim, nowMs: number): void {
    const { scope, plan } = claim;
    scope.hash(claim.key);
    claim.low = scope.low;
    claim.high = scope.high;
    const slot = this.#find(scope);
    claim.fullAtMs = slot < 0 ? this.#overflowTime(plan, claim.low, nowMs) : this.#slotTime(slot, plan, nowMs);
    const waitMs = claim.fullAtMs + claim.need * plan.intervalMs - nowMs - plan.burstMs;
    claim.waitMs = waitMs > plan.slackMs && claim.need > 0 ? waitMs : 0;
  }

  /** Takes what a claim that was just looked at costs, whether it is there or not. */
  charge(claim: Claim, nowMs: number): void {
    const { plan, low, high } = claim;
    if (claim.charge === 0) return;
    claim.fullAtMs += claim.charge * plan.intervalMs;
    const slot = this.table.find(low, high);
    if (slot >= 0) this.#write(slot, plan, claim.fullAtMs);
    else this.#chargeNew(claim.scope, claim.key, low, high, plan, claim.charge, nowMs);
  }

  /** Takes further tokens of a claim that was charged, or gives some back. What newcomers share gets nothing back. */
  adjust(claim: Claim, tokens: number, nowMs: number): void {
    const slot = this.table.find(claim.low, claim.high);
    if (tokens < 0 && slot < 0) return;
    if (slot < 0) {
      this.#chargeNew(claim.scope, claim.key, claim.low, claim.high, claim.plan, tokens, nowMs);
      return;
    }
    // Under the limit that holds now: that of the claim may be an earlier one, and fewer tokens fit into it.
    const plan = this.plans.get(this.table.planOf(slot)) ?? claim.plan;
    this.#write(slot, plan, this.#slotTime(slot, plan, nowMs) + tokens * plan.intervalMs);
  }

  /** Tokens of a key now, under the limit it was last used with; undefined when it has no bucket of its own. */
  levelOf(
    scope: KeyScope,
    key: string,
    nowMs: number,
  ): { readonly available: number; readonly plan: Plan } | undefined {
    scope.hash(key);
    const slot = this.table.find(scope.low, scope.high);
    const plan = slot < 0 ? undefined : this.plans.get(this.table.planOf(slot));
    if (plan === undefined) return undefined;
    return { available: available(plan, this.table.times[slot] as number, nowMs), plan };
  }

  /** Tokens that a key without a bucket of its own finds. */
  newcomerLevel(scope: KeyScope, key: string, plan: Plan, nowMs: number): number {
    scope.hash(key);
    return available(plan, this.#overflowTime(plan, scope.low, nowMs), nowMs);
  }

  fill(scope: KeyScope, key: string): void {
    scope.hash(key);
    const slot = this.table.find(scope.low, scope.high);
    if (slot >= 0) this.table.times[slot] = 0;
  }

  fillAll(): void {
    this.table.fillAll();
    for (const plan of this.plans.all()) plan.overflow = undefined;
  }

  /** Newcomers that share a bucket keep its level when their limit changes. */
  inherit(from: Plan, to: Plan, nowMs: number): void {
    if (from === to || from.overflow === undefined) return;
    const cells = overflowOf(to);
    for (let cell = 0; cell < OVERFLOW_CELLS; cell += 1) {
      const beforeMs = from.overflow[cell] as number;
      if (beforeMs <= nowMs) continue;
      const fullAtMs = converted(beforeMs, from, to, nowMs);
      if (fullAtMs > (cells[cell] as number)) cells[cell] = fullAtMs;
      if (fullAtMs > to.latestMs) to.latestMs = fullAtMs;
    }
  }

  /** The slot of the key that was hashed last. */
  #find(scope: KeyScope): number {
    if (this.table.holds(scope.slot, scope.low, scope.high)) return scope.slot;
    const slot = this.table.find(scope.low, scope.high);
    if (slot >= 0) scope.seeAt(slot);
    return slot;
  }

  /** When the bucket in a slot will be full; brought under `plan` if its limit has changed. */
  #slotTime(slot: number, plan: Plan, nowMs: number): number {
    const fullAtMs = this.table.times[slot] as number;
    const id = this.table.planOf(slot);
    if (id === plan.id) return Math.max(fullAtMs, nowMs);
    return this.#convert(slot, this.plans.get(id), plan, nowMs);
  }

  #convert(slot: number, from: Plan | undefined, to: Plan, nowMs: number): number {
    this.plans.number(to, nowMs);
    const fullAtMs = from === undefined ? nowMs : converted(this.table.times[slot] as number, from, to, nowMs);
    this.table.setPlan(slot, to.id);
    this.#write(slot, to, fullAtMs);
    return fullAtMs;
  }

  #overflowTime(plan: Plan, low: number, nowMs: number): number {
    const fullAtMs = plan.overflow === undefined ? 0 : (plan.overflow[low & (OVERFLOW_CELLS - 1)] as number);
    return Math.max(fullAtMs, nowMs);
  }

  #write(slot: number, plan: Plan, fullAtMs: number): void {
    this.table.times[slot] = fullAtMs;
    if (fullAtMs > plan.latestMs) plan.latestMs = fullAtMs;
  }

  #chargeNew(scope: KeyScope, key: string, low: number, high: number, plan: Plan, cost: number, nowMs: number): void {
    const fullAtMs = this.#overflowTime(plan, low, nowMs) + cost * plan.intervalMs;
    if (fullAtMs <= nowMs) return;
    this.plans.number(plan, nowMs);
    const slot = this.table.insert(low, high, plan.id, nowMs);
    if (slot >= 0) {
      this.#write(slot, plan, fullAtMs);
      if (this.#named.length < NAMED_BUCKETS) this.#named.push({ scope, key });
      return;
    }
    this.#overflowed += 1;
    overflowOf(plan)[low & (OVERFLOW_CELLS - 1)] = fullAtMs;
    if (fullAtMs > plan.latestMs) plan.latestMs = fullAtMs;
  }
}

function overflowOf(plan: Plan): Float64Array {
  plan.overflow ??= new Float64Array(OVERFLOW_CELLS);
  return plan.overflow;
}

/** Keeps the number of tokens when the limit changes, clipped to the new capacity. */
function converted(fullAtMs: number, from: Plan, to: Plan, nowMs: number): number {
  const tokens = from.capacity - Math.max(0, fullAtMs - nowMs) / from.intervalMs;
  return nowMs + Math.max(0, to.capacity - tokens) * to.intervalMs;
}

/** Tokens in a bucket, from 0 to its capacity, without the dust that arithmetic leaves. */
export function available(plan: Plan, fullAtMs: number, nowMs: number): number {
  const tokens = fullAtMs <= nowMs ? plan.capacity : plan.capacity - (fullAtMs - nowMs) / plan.intervalMs;
  const whole = Math.round(tokens);
  return Math.max(0, Math.abs(tokens - whole) < 1e-6 + 1e-9 * plan.capacity ? whole : tokens);
}
