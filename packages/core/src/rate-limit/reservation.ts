import { InvalidArgumentError } from '../errors.ts';
import type { Claim } from './claim.ts';
import { assertCost } from './validate.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What is settled together with a reservation. */
interface Settled {
  settle(actual: number): Promise<void>;
}

/**
 * Tokens taken for a cost that is only known afterwards. Settle it with what was used, or cancel it; one that is forgotten stays
 * charged with its estimate, as a call would be.
 */
export class Reservation {
  /** Tokens that were taken. */
  readonly estimate: number;
  /** How long the tokens were waited for. */
  readonly waitMs: number;
  readonly #room: WaitingRoom;
  readonly #claims: readonly Claim[];
  readonly #shared: Settled | undefined;
  #open = true;

  /** @param shared what was taken of limits that processes share; it is settled together with this */
  constructor(
    room: WaitingRoom,
    claims: readonly Claim[],
    estimate: number,
    waitMs: number,
    shared: Settled | undefined = undefined,
  ) {
    this.#room = room;
    this.#claims = claims;
    this.estimate = estimate;
    this.waitMs = waitMs;
    this.#shared = shared;
  }

  /**
   * Corrects the estimate: tokens that were not used go back, further ones are taken even if the bucket goes into debt, which later
   * requests wait for.
   *
   * @throws InvalidArgumentError for a cost that is negative or not finite, or when the reservation was settled or cancelled before
   */
  settle(actual: number): void {
    assertCost(actual);
    if (!this.#open) throw new InvalidArgumentError('The reservation was settled or cancelled before');
    this.#close(actual);
  }

  /** Gives everything back. Does nothing once the reservation was settled, so it may stand in a `finally`. */
  cancel(): void {
    if (this.#open) this.#close(0);
  }

  #close(actual: number): void {
    this.#open = false;
    if (actual === this.estimate) return;
    // Never rejects for the store, and the caller has nothing to wait for.
    void this.#shared?.settle(actual);
    const nowMs = this.#room.buckets.now();
    for (const claim of this.#claims) {
      this.#room.buckets.adjust(claim, actual - this.estimate, nowMs);
      this.#room.refreshBucket(claim.scope.name, claim.key);
    }
  }
}
