import { InvalidArgumentError } from '../errors.ts';
import { assertPositive } from './validate.ts';

/** As many as a slot of the table has room to name. */
const MAX_PLANS = 0xffff;

/**
 * A limit in the terms of GCRA, which is a token bucket that stores one number: the time at which it will be full. (I.371 of the
 * ITU-T calls it the theoretical arrival time.) A token is `intervalMs` of that time, the whole bucket `burstMs`.
 */
export interface Plan {
  /** 0 once nothing uses it any more and the number went to another limit. */
  id: number;
  readonly capacity: number;
  readonly windowSeconds: number;
  readonly intervalMs: number;
  readonly burstMs: number;
  /** What rounding may cost: a nanosecond and a millionth of a token. */
  readonly slackMs: number;
  /** When the last of its buckets will be full. */
  latestMs: number;
  /** Times at which the buckets that newcomers share will be full; undefined until the table was full for the first time. */
  overflow: Float64Array | undefined;
}

/** Numbers the limits in use, so that a bucket can name in two bytes the limit it was last used under. */
export class Plans {
  readonly #byId: Plan[] = [];
  readonly #byLimit = new Map<number, Map<number, Plan>>();
  #last: Plan | undefined;

  /** @throws InvalidArgumentError for a capacity or window that is not a finite number above 0 */
  of(capacity: number, windowSeconds: number, nowMs: number): Plan {
    const last = this.#last;
    if (last !== undefined && last.capacity === capacity && last.windowSeconds === windowSeconds) return last;
    return this.#lookUp(capacity, windowSeconds, nowMs);
  }

  get(id: number): Plan | undefined {
    return this.#byId[id - 1];
  }

  /** Sees to it that a plan has a number: its first one, or another after it went without buckets for a time. */
  number(plan: Plan, nowMs: number): void {
    if (plan.id !== 0) return;
    if (this.#byId.length < MAX_PLANS) plan.id = this.#byId.push(plan);
    else this.#takeOver(plan, nowMs);
  }

  all(): readonly Plan[] {
    return this.#byId;
  }

  #lookUp(capacity: number, windowSeconds: number, nowMs: number): Plan {
    let ofCapacity = this.#byLimit.get(capacity);
    let plan = ofCapacity?.get(windowSeconds);
    if (plan === undefined) {
      plan = newPlan(capacity, windowSeconds);
      this.number(plan, nowMs);
      if (ofCapacity === undefined) {
        ofCapacity = new Map();
        this.#byLimit.set(capacity, ofCapacity);
      }
      ofCapacity.set(windowSeconds, plan);
    }
    this.#last = plan;
    return plan;
  }

  /** A limit whose last bucket is full again has none that differs from a new one, so its number can mean another limit. */
  #takeOver(plan: Plan, nowMs: number): void {
    const at = this.#byId.findIndex(({ latestMs }) => latestMs <= nowMs);
    const idle = this.#byId[at];
    if (idle === undefined) {
      throw new InvalidArgumentError(
        `More than ${MAX_PLANS} different rate limits are in use at once: round computed capacities and windows`,
      );
    }
    plan.id = idle.id;
    this.#byId[at] = plan;
    idle.id = 0;
    idle.overflow = undefined;
    this.#byLimit.get(idle.capacity)?.delete(idle.windowSeconds);
    if (this.#byLimit.get(idle.capacity)?.size === 0) this.#byLimit.delete(idle.capacity);
  }
}

function newPlan(capacity: number, windowSeconds: number): Plan {
  assertPositive('Capacity', capacity);
  assertPositive('Window seconds', windowSeconds);
  const burstMs = windowSeconds * 1000;
  const intervalMs = burstMs / capacity;
  if (!(intervalMs > 0 && burstMs < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError(
      `A limit of ${capacity} per ${windowSeconds} s is outside of what numbers can express`,
    );
  }
  const slackMs = 1e-6 + intervalMs * 1e-6;
  return { id: 0, capacity, windowSeconds, intervalMs, burstMs, slackMs, latestMs: 0, overflow: undefined };
}
