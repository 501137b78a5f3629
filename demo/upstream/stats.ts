import type { FaultKind, Route } from './schedule.ts';

/** What the upstream itself saw: the outside view that a client's own figures can be checked against. */
export interface UpstreamStats {
  readonly requests: Readonly<Partial<Record<Route, number>>>;
  /** Requests of each route that were treated badly, by kind; `over_quota` is the search quota, not the schedule. */
  readonly faults: Readonly<Partial<Record<Route, Readonly<Partial<Record<FaultKind | 'over_quota', number>>>>>>;
  /** Requests answered with 400, 401, 404, 405 or 413. */
  readonly refused: number;
}

/** Counts requests and faults. Bounded: routes and kinds are closed sets. */
export class StatsCounter {
  readonly #requests: Partial<Record<Route, number>> = {};
  readonly #faults: Partial<Record<Route, Partial<Record<FaultKind | 'over_quota', number>>>> = {};
  #refused = 0;

  /** Counts a request and tells how many of its route came before it. */
  request(route: Route): number {
    const before = this.#requests[route] ?? 0;
    this.#requests[route] = before + 1;
    return before;
  }

  fault(route: Route, kind: FaultKind | 'over_quota'): void {
    this.#faults[route] ??= {};
    const kinds = this.#faults[route];
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }

  refused(): void {
    this.#refused += 1;
  }

  read(): UpstreamStats {
    return { requests: { ...this.#requests }, faults: structuredClone(this.#faults), refused: this.#refused };
  }
}
