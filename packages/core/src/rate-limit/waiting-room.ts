import type { Clock } from '../clock.ts';
import { Alarm } from './alarm.ts';
import type { Buckets } from './buckets.ts';
import type { Claim, Line, WaitEnd, Waiter } from './claim.ts';
import { Heap } from './heap.ts';
import { BEHIND_OTHERS_MS, claimsIn, lineName, WaitLine } from './wait-line.ts';

/** What rounding may add to a wait that fits exactly, and the least that is worth a timer. */
const ROUNDING_MS = 1e-3;

/**
 * Takes tokens of several buckets, all or none, and holds those who wait for them.
 *
 * First come, first served within each bucket. Who needs several stands only in the lines of those that lack tokens, with the
 * seniority of its arrival, so that neither an idle bucket is blocked nor two waiters block each other. One timer serves all.
 */
export class WaitingRoom {
  readonly buckets: Buckets;
  readonly #alarm: Alarm;
  readonly #lines = new Map<string, WaitLine>();
  /** Lines by the time at which their first can have its tokens. */
  readonly #ready = new Heap<Line>();
  /** Waiters by the end of their patience. */
  readonly #patience = new Heap<Waiter>();
  #arrivals = 0;
  #waiting = 0;

  constructor(buckets: Buckets, clock: Clock) {
    this.buckets = buckets;
    this.#alarm = new Alarm(clock, () => this.#onTimer());
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#lines.size === 0;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Takes what all claims want, if all of it is there and nobody waits for it. Each claim then knows its wait, 0 for none. */
  take(claims: readonly Claim[], nowMs: number): boolean {
    if (!this.look(claims, nowMs)) return false;
    for (const claim of claims) this.buckets.charge(claim, nowMs);
    return true;
  }

  /** {@link take} without taking. */
  look(claims: readonly Claim[], nowMs: number): boolean {
    let passes = true;
    for (const claim of claims) {
      this.buckets.look(claim, nowMs);
      if (this.#lines.size > 0) this.#lineOf(claim)?.standBehind(claim, nowMs);
      if (claim.waitMs > 0) passes = false;
    }
    return passes;
  }

  /** Whether the claims that were refused can be waited for within their patience and `limitMs`. */
  canWait(claims: readonly Claim[], limitMs: number): boolean {
    for (const claim of claims) {
      if (claim.waitMs === 0) continue;
      if (claim.waitMs > Math.min(claim.maxWaitMs, limitMs) + ROUNDING_MS) return false;
      const line = this.#lineOf(claim);
      if ((line?.count ?? 0) >= claim.queue) return false;
    }
    return true;
  }

  /** Waits for claims that were just refused and {@link canWait}. Never rejects. */
  wait(claims: readonly Claim[], limitMs: number, signal: AbortSignal | undefined): Promise<WaitEnd> {
    if (signal?.aborted === true) return Promise.resolve('aborted');
    return new Promise((resolve) => {
      const onAbort = (): void => this.#leave(waiter, 'aborted');
      const waiter: Waiter = {
        claims,
        order: this.#arrivals++,
        arrivedMs: this.buckets.now(),
        limitMs,
        dueMs: 0,
        heapIndex: -1,
        end: (how) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(how);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting += 1;
      for (const claim of claims) if (claim.waitMs > 0) this.#join(waiter, claim);
      this.#setPatience(waiter);
      this.#setTimer(this.buckets.now());
    });
  }

  /** Looks at everybody again: their buckets, or their limits, are not what they were. */
  refresh(): void {
    const nowMs = this.buckets.now();
    for (const line of [...this.#lines.values()]) this.#admit(line, nowMs);
    this.#setTimer(nowMs);
  }

  /** Looks again at those who wait for one bucket. */
  refreshBucket(scopeName: string, key: string): void {
    const line = this.#lines.size === 0 ? undefined : this.#lines.get(lineName(scopeName, key));
    if (line === undefined) return;
    const nowMs = this.buckets.now();
    this.#admit(line, nowMs);
    this.#setTimer(nowMs);
  }

  /** Everything that waits. */
  claims(): Iterable<Claim> {
    return claimsIn(this.#lines.values());
  }

  #lineOf(claim: Claim): WaitLine | undefined {
    if (claim.lineName === '') claim.lineName = lineName(claim.scope.name, claim.key);
    return this.#lines.get(claim.lineName);
  }

  #join(waiter: Waiter, claim: Claim): void {
    let line = this.#lineOf(claim);
    if (line === undefined) {
      line = new WaitLine(claim.lineName);
      this.#lines.set(claim.lineName, line);
    }
    line.join(waiter, claim);
    if (line.first?.waiter === waiter) this.#ready.set(line, this.buckets.now() + claim.waitMs);
  }

  #setPatience(waiter: Waiter): void {
    let patienceMs = waiter.limitMs;
    for (const { place, maxWaitMs } of waiter.claims)
      if (place !== undefined) patienceMs = Math.min(patienceMs, maxWaitMs);
    if (patienceMs === Number.POSITIVE_INFINITY) this.#patience.delete(waiter);
    else this.#patience.set(waiter, waiter.arrivedMs + patienceMs);
  }

  /** Admits from the front of a line as long as there are tokens. */
  #admit(first: Line, nowMs: number): void {
    const lines: Line[] = [first];
    for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
      while (line.first !== undefined) {
        const { waiter, claim } = line.first;
        const verdict = this.#judge(waiter, nowMs);
        if (verdict !== 'waits') this.#leaveLines(waiter, line, lines);
        if (verdict === 'admitted') {
          for (const each of waiter.claims) this.buckets.charge(each, nowMs);
        }
        if (verdict !== 'waits') this.#finish(waiter, verdict);
        else {
          this.#moveLines(waiter, line, lines);
          if (claim.place === undefined) continue;
          this.#ready.set(line, nowMs + Math.max(claim.waitMs, ROUNDING_MS));
          break;
        }
      }
      this.#closeIfEmpty(line);
    }
  }

  #judge(waiter: Waiter, nowMs: number): 'admitted' | 'late' | 'waits' {
    let waits = false;
    for (const claim of waiter.claims) {
      this.buckets.look(claim, nowMs);
      const line = claim.place?.line ?? this.#lineOf(claim);
      const behind = line?.first !== undefined && line.first.waiter.order < waiter.order;
      if (behind && claim.waitMs === 0 && claim.need > 0) claim.waitMs = BEHIND_OTHERS_MS;
      if (claim.waitMs === 0) continue;
      const patienceMs = waiter.arrivedMs + Math.min(waiter.limitMs, claim.maxWaitMs) + ROUNDING_MS;
      if (nowMs + claim.waitMs > patienceMs) return 'late';
      waits = true;
    }
    return waits ? 'waits' : 'admitted';
  }

  /** Leaves the lines of the buckets that have the tokens and joins those of the others. */
  #moveLines(waiter: Waiter, current: Line, changed: Line[]): void {
    let moved = false;
    for (const claim of waiter.claims) {
      const { place } = claim;
      if (claim.waitMs > 0 === (place !== undefined)) continue;
      moved = true;
      if (place === undefined) this.#join(waiter, claim);
      else {
        place.line.leave(place);
        if (place.line !== current) changed.push(place.line);
      }
    }
    if (moved) this.#setPatience(waiter);
  }

  /** Adds the other lines that the waiter was first in to `changed`: somebody else is now. */
  #leaveLines(waiter: Waiter, current: Line | undefined, changed: Line[]): void {
    for (const { place } of waiter.claims) {
      if (place === undefined) continue;
      if (place.line.first === place && place.line !== current) changed.push(place.line);
      place.line.leave(place);
    }
  }

  #leave(waiter: Waiter, how: WaitEnd): void {
    const nowMs = this.buckets.now();
    const changed: Line[] = [];
    this.#leaveLines(waiter, undefined, changed);
    this.#finish(waiter, how);
    for (const line of changed) this.#admit(line, nowMs);
    this.#setTimer(nowMs);
  }

  #finish(waiter: Waiter, how: WaitEnd): void {
    this.#waiting -= 1;
    this.#patience.delete(waiter);
    waiter.end(how);
  }

  #closeIfEmpty(line: Line): void {
    if (line.first !== undefined) return;
    this.#ready.delete(line);
    if (this.#lines.get(line.name) === line) this.#lines.delete(line.name);
  }

  #onTimer(): void {
    const nowMs = this.buckets.now();
    for (let line = this.#ready.first; line !== undefined && line.dueMs <= nowMs; line = this.#ready.first) {
      this.#ready.delete(line);
      this.#admit(line, nowMs);
    }
    for (let late = this.#patience.first; late !== undefined && late.dueMs <= nowMs; late = this.#patience.first) {
      this.#leave(late, 'late');
    }
    this.#setTimer(nowMs);
  }

  #setTimer(nowMs: number): void {
    const readyMs = this.#ready.first?.dueMs ?? Number.POSITIVE_INFINITY;
    const lateMs = this.#patience.first?.dueMs ?? Number.POSITIVE_INFINITY;
    this.#alarm.set(Math.min(readyMs, lateMs), nowMs);
  }
}
