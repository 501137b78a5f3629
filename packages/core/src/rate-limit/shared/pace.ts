import type { BucketAnswer } from './bucket-request.ts';
import { MOST_SHARE, type SharedRate } from './shared-decision.ts';

/** Tokens that a question should bring while tokens are scarce: fewer, and processes ask more than they spend. */
const WORTH = 16;
const LEAST_SHARE = 1 / 20;
const LEAST_MS = 10;
/** When no more than this share of the capacity is free, a process does not ask again at once for more. */
const LAST_TOKENS = 1 / 16;

/**
 * How often one process asks for tokens of one bucket while they are scarce. The store says when there is one more token, not when it is
 * worth asking: among many processes that is the later the more of them there are, and each finds out by what its questions bring. Nobody
 * pauses for so long that the bucket could fill meanwhile.
 */
export class Pace {
  readonly #leastMs: number;
  readonly #mostMs: number;
  readonly #lastTokens: number;
  /** How long to leave the store alone once it had too few tokens. */
  ms: number;

  constructor({ capacity, windowSeconds }: SharedRate) {
    this.#lastTokens = capacity * LAST_TOKENS;
    this.#leastMs = Math.min(windowSeconds * 1000 * LEAST_SHARE, LEAST_MS);
    this.#mostMs = windowSeconds * 1000 * MOST_SHARE;
    this.ms = this.#leastMs;
  }

  /** Takes note of the tokens that a question has brought. */
  heard(tokens: number): void {
    if (tokens < WORTH) this.ms = Math.min(this.ms * 1.5, this.#mostMs);
    else if (tokens > 2 * WORTH) this.ms = Math.max(this.ms / 1.5, this.#leastMs);
  }

  /**
   * How long to leave the store alone after an answer.
   *
   * @param left how many it has left without tokens
   * @param counted tokens that the store counts as leased by this process
   */
  afterMs({ free, leased, waitUs }: BucketAnswer, left: number, leases: boolean, counted: number): number {
    const paceMs = leases || counted > 0 ? this.ms : 0;
    if (waitUs > 0) return Math.max(waitUs / 1000, paceMs);
    // The last tokens are for the other processes that lease; one that is alone may have them, too.
    return leases && left > 0 && free < this.#lastTokens && leased > counted ? paceMs : 0;
  }
}
