/**
 * Tokens that were handed out without the store, which is to hear of them once it answers again. At the rate at which a process may hand
 * out tokens by itself they are forgotten: so fast the store's bucket has refilled meanwhile.
 */
export class OwedTokens {
  #tokens = 0;
  #atMs = 0;

  add(tokens: number, most: number, perMs: number, nowMs: number): void {
    this.#tokens = Math.min(this.amount(perMs, nowMs) + tokens, most);
    this.#atMs = nowMs;
  }

  amount(perMs: number, nowMs: number): number {
    return this.#tokens === 0 ? 0 : Math.max(0, this.#tokens - (nowMs - this.#atMs) * perMs);
  }

  clear(): void {
    this.#tokens = 0;
  }
}
