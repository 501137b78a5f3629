import type { StoreWaiter } from './bucket-world.ts';

/** Requests that one question may be for. */
const MOST_AT_ONCE = 10_000;
/** A refusal is not remembered for longer: tokens may have been given back, or the bucket filled. */
const LONGEST_MEMORY_MS = 1_000;

/** Those of one process who wait for the tokens of one shared bucket, and until when the store has none for them. */
export class StoreLine {
  #waiters: StoreWaiter[] = [];
  #emptyUntilMs = 0;
  #need = 0;

  /** Those who wait. */
  get length(): number {
    return this.#waiters.length;
  }

  join(waiter: StoreWaiter): void {
    this.#waiters.push(waiter);
  }

  /** Remembers that the store had less than `need` tokens, and when it may have them. */
  remember(need: number, waitMs: number, nowMs: number): void {
    this.#need = need;
    this.#emptyUntilMs = nowMs + Math.min(waitMs, LONGEST_MEMORY_MS);
  }

  forget(): void {
    this.#emptyUntilMs = 0;
  }

  /** How long there are no such tokens, as far as is known; 0 when there may be. */
  emptyMs(cost: number, nowMs: number): number {
    return cost >= this.#need ? Math.max(0, this.#emptyUntilMs - nowMs) : 0;
  }

  /** Waiters from the front that want the same number of tokens. */
  front(): readonly StoreWaiter[] {
    const cost = this.#waiters[0]?.cost;
    const end = this.#waiters.findIndex((waiter) => waiter.cost !== cost);
    return this.#waiters.slice(0, Math.min(end < 0 ? this.#waiters.length : end, MOST_AT_ONCE));
  }

  /** Decides about those at the front: who does not pass and cannot wait until then is refused, others stay. */
  decide(
    front: readonly StoreWaiter[],
    againMs: number,
    pass: (cost: number) => boolean,
    decide: (waiter: StoreWaiter, admitted: boolean) => void,
  ): void {
    const left: StoreWaiter[] = [];
    for (const waiter of front) {
      if (waiter.gone) continue;
      if (pass(waiter.cost)) decide(waiter, true);
      else if (againMs > waiter.untilMs) decide(waiter, false);
      else left.push(waiter);
    }
    this.#waiters.splice(0, front.length, ...left);
  }

  /** Lets those at the front out whom `take` serves. */
  serve(take: (waiter: StoreWaiter) => boolean): void {
    const end = this.#waiters.findIndex((waiter) => !waiter.gone && !take(waiter));
    this.#waiters.splice(0, end < 0 ? this.#waiters.length : end);
  }

  /** Empties the line. */
  leave(): readonly StoreWaiter[] {
    return this.#waiters.splice(0).filter(({ gone }) => !gone);
  }

  /**
   * Refuses those who cannot wait for as long as there are no tokens. Nobody overtakes the first. Returns how long the first has to wait;
   * undefined when nobody does any more.
   */
  settle(nowMs: number, refuse: (waiter: StoreWaiter, waitMs: number) => void): number | undefined {
    this.#waiters = this.#waiters.filter(({ gone }) => !gone);
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      const waitMs = this.emptyMs(first.cost, nowMs);
      if (waitMs === 0) return 0;
      const patient = first.untilMs >= nowMs + waitMs;
      const { cost } = first;
      // Behind one who waits, all others wait; behind one who is refused, those who want less may find tokens.
      const end = this.#waiters.findIndex((waiter) => waiter.cost < cost);
      const same = patient || end < 0 ? this.#waiters.length : end;
      const [front, rest] = [this.#waiters.slice(0, same), this.#waiters.slice(same)];
      const stays = front.filter((waiter) => waiter.untilMs >= nowMs + waitMs);
      for (const waiter of front) if (waiter.untilMs < nowMs + waitMs) refuse(waiter, waitMs);
      this.#waiters = [...stays, ...rest];
      if (stays.length > 0) return waitMs;
    }
    return undefined;
  }
}
