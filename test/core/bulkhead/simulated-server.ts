import type { AdaptiveLimiter } from '../../../packages/core/src/bulkhead/adaptive-limiter.ts';

export interface ServerModel {
  /** Requests that it works on at once; further ones queue: the knee of its latency curve. */
  readonly workers: number;
  /** Mean time one request takes once it is worked on. */
  readonly serviceMs: number;
  /** Requests that it takes at all; above it answers 503 at once. Default: any number. */
  readonly capacity?: number;
}

export interface SimulationResult {
  /** The limit after every completed request. */
  readonly limits: readonly number[];
  /** Requests completed per worker and service time: 1 when the server was never idle. */
  readonly utilisation: number;
  readonly meanLatencyMs: number;
  readonly overloads: number;
}

interface Request {
  readonly startedAtMs: number;
  readonly endsAtMs: number;
  readonly refused: boolean;
}

/** Virtual time and a queue of first in, first out before equal workers (M/G/c), called by a client that never runs out of work. */
export class Simulation {
  readonly #limiter: AdaptiveLimiter;
  readonly #random: () => number;
  #nowMs = 0;
  #running: Request[] = [];
  #workerFreeAtMs: number[] = [];

  constructor(limiter: AdaptiveLimiter, seed: number) {
    this.#limiter = limiter;
    this.#random = pseudoRandom(seed);
  }

  /** Runs `requests` requests to their end. `demand` is the most the client has to do at once. */
  run(server: ServerModel, requests: number, demand: number = Number.POSITIVE_INFINITY): SimulationResult {
    const limits: number[] = [];
    const fromMs = this.#nowMs;
    let [served, totalMs, overloads] = [0, 0, 0];
    this.#workerFreeAtMs.length = server.workers;
    this.#workerFreeAtMs = Array.from({ length: server.workers }, (_, index) => this.#workerFreeAtMs[index] ?? 0);
    while (limits.length < requests) {
      while (this.#running.length < Math.min(this.#limiter.limit, demand)) this.#start(server);
      const ended = this.#next();
      const inFlight = this.#running.length + 1;
      const durationMs = ended.endsAtMs - ended.startedAtMs;
      this.#limiter.onResult({ durationMs, outcome: ended.refused ? 'overload' : 'success', inFlight });
      limits.push(this.#limiter.limit);
      if (ended.refused) overloads += 1;
      else {
        served += 1;
        totalMs += durationMs;
      }
    }
    const capacityMs = (this.#nowMs - fromMs) * server.workers;
    return {
      limits,
      utilisation: (served * server.serviceMs) / capacityMs,
      meanLatencyMs: totalMs / served,
      overloads,
    };
  }

  #start(server: ServerModel): void {
    const startedAtMs = this.#nowMs;
    if (this.#running.filter(({ refused }) => !refused).length >= (server.capacity ?? Number.POSITIVE_INFINITY)) {
      this.#running.push({ startedAtMs, endsAtMs: startedAtMs + 1, refused: true });
      return;
    }
    const free = Math.min(...this.#workerFreeAtMs);
    // Half of the service time is fixed, the other half exponential.
    const serviceMs = server.serviceMs * (0.5 - 0.5 * Math.log(1 - this.#random()));
    const endsAtMs = Math.max(startedAtMs, free) + serviceMs;
    this.#workerFreeAtMs[this.#workerFreeAtMs.indexOf(free)] = endsAtMs;
    this.#running.push({ startedAtMs, endsAtMs, refused: false });
  }

  #next(): Request {
    const first = this.#running.reduce((one, other) => (other.endsAtMs < one.endsAtMs ? other : one));
    this.#running.splice(this.#running.indexOf(first), 1);
    this.#nowMs = Math.max(this.#nowMs, first.endsAtMs);
    return first;
  }
}

/** Mulberry32: the same numbers in every run. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
