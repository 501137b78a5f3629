import type { Claim, Line, Place, Waiter } from './claim.ts';

/** The least a refused request is told to wait when only others before it are in its way. */
export const BEHIND_OTHERS_MS = 1;

/** A line as a linked list that knows its length and what it will take. */
export class WaitLine implements Line {
  readonly name: string;
  dueMs = 0;
  heapIndex = -1;
  first: Place | undefined;
  last: Place | undefined;
  count = 0;
  /** Tokens that those in the line will take. */
  pending = 0;

  constructor(name: string) {
    this.name = name;
  }

  join(waiter: Waiter, claim: Claim): void {
    let previous = this.last;
    while (previous !== undefined && previous.waiter.order > waiter.order) previous = previous.previous;
    const next = previous === undefined ? this.first : previous.next;
    const place: Place = { waiter, claim, line: this, previous, next };
    if (previous === undefined) this.first = place;
    else previous.next = place;
    if (next === undefined) this.last = place;
    else next.previous = place;
    claim.place = place;
    claim.waited = true;
    this.count += 1;
    this.pending += claim.charge;
  }

  /** Tells a newcomer how long it has to wait: it gets its tokens after all in the line. */
  standBehind(claim: Claim, nowMs: number): void {
    const { plan, fullAtMs, need } = claim;
    if (need === 0) return;
    const waitMs = fullAtMs + (this.pending + need) * plan.intervalMs - nowMs - plan.burstMs;
    claim.waitMs = Math.max(waitMs, BEHIND_OTHERS_MS);
  }

  leave(place: Place): void {
    const { previous, next, claim } = place;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    claim.place = undefined;
    this.count -= 1;
    // Rounding must not add up over the life of a line that is never empty.
    this.pending = this.count === 0 ? 0 : this.pending - claim.charge;
  }
}

export function lineName(scopeName: string, key: string): string {
  return `${scopeName}\0${key}`;
}

/** All claims of those who wait in the lines, those they have the tokens for included; each once. */
export function* claimsIn(lines: Iterable<Line>): Iterable<Claim> {
  const seen = new Set<Waiter>();
  for (const line of lines) {
    for (let place = line.first; place !== undefined; place = place.next) {
      if (seen.has(place.waiter)) continue;
      seen.add(place.waiter);
      yield* place.waiter.claims;
    }
  }
}
