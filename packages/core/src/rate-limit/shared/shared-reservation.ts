import { InvalidArgumentError } from '../../errors.ts';
import { assertCost } from '../validate.ts';
import type { SharedClaim } from './take-all.ts';

/** Tokens of shared limits taken for a cost that is only known afterwards; one that is forgotten stays charged with its estimate. */
export class SharedReservation {
  /** Tokens that were taken. */
  readonly estimate: number;
  readonly #claims: readonly SharedClaim[];
  #open = true;

  constructor(claims: readonly SharedClaim[], estimate: number) {
    this.#claims = claims;
    this.estimate = estimate;
  }

  /**
   * Corrects the estimate: tokens that were not used go back, further ones are taken even if the bucket goes into debt. Tokens that the
   * store does not hear of go back to nobody; ones that it should have taken are told it once it answers again. Never rejects for the store.
   *
   * @throws InvalidArgumentError for a cost that is negative or not finite, or when the reservation was settled or cancelled before
   */
  async settle(actual: number): Promise<void> {
    assertCost(actual);
    if (!this.#open) throw new InvalidArgumentError('The reservation was settled or cancelled before');
    await this.#close(actual);
  }

  /** Gives everything back. Does nothing once the reservation was settled, so it may stand in a `finally`. */
  async cancel(): Promise<void> {
    if (this.#open) await this.#close(0);
  }

  async #close(actual: number): Promise<void> {
    this.#open = false;
    const charge = actual - this.estimate;
    const [first] = this.#claims;
    if (charge === 0 || first === undefined) return;
    const { clock, link, settlementNumber } = first.limit.world;
    const nowMs = clock.now();
    const number = settlementNumber();
    const requests = this.#claims.map(({ limit, key }) => {
      const { level } = limit.bucket(key);
      return {
        ...level.bare(nowMs),
        charge,
        settlement: { number, deadlineUs: level.deadlineUs(nowMs, link.budgetMs) },
      };
    });
    try {
      await link.ask(requests, 1);
    } catch {
      if (charge > 0) for (const { limit, key } of this.#claims) limit.bucket(key).owe(charge, nowMs);
    }
  }
}
