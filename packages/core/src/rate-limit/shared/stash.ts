/** Leased tokens of one generation. */
export interface StashPart {
  /** End of the generation, in µs of the store: its name. */
  readonly endUs: number;
  tokens: number;
  /** Spent and not reported. */
  spent: number;
  /** Until when the tokens may be spent, on the clock of this process. */
  deadlineMs: number;
}

/** A lease is not spent to the last: clocks of two machines do not run quite alike. */
const DRIFT = 0.99;
const MARGIN_MS = 0.5;

/** Until when tokens may be spent that are leased for `leaseUs` from some time after they were asked for. */
export function leaseDeadlineMs(askedMs: number, leaseUs: number): number {
  return askedMs + (leaseUs / 1000) * DRIFT - MARGIN_MS;
}

/** What became of tokens of one generation. */
export interface StashReport {
  readonly endUs: number;
  readonly spent: number;
  readonly back: number;
}

/**
 * Tokens of one bucket that this process has leased, oldest first. Tokens are not spent past the deadline of their lease; whole ones are
 * all there are.
 */
export class Stash {
  readonly #parts: StashPart[] = [];
  #tokens = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;

  /** @param parts with which to start, oldest first */
  constructor(parts: readonly StashPart[] = []) {
    for (const { endUs, tokens, spent, deadlineMs } of parts) {
      this.#parts.push({ endUs, tokens, spent, deadlineMs });
      this.#tokens += tokens;
    }
    this.#setDeadline();
  }

  /** Oldest first. */
  get parts(): readonly Readonly<StashPart>[] {
    return this.#parts;
  }

  /** When the first of the tokens lapse; Infinity without any. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Nothing to spend, and nothing to report. */
  get empty(): boolean {
    return this.#parts.length === 0;
  }

  add(tokens: number, endUs: number, deadlineMs: number): void {
    if (tokens <= 0) return;
    this.#tokens += tokens;
    const last = this.#parts.at(-1);
    if (last?.endUs === endUs) {
      last.tokens += tokens;
      // Both are before the end of the generation: the later one is only the better estimate.
      last.deadlineMs = Math.max(last.deadlineMs, deadlineMs);
    } else this.#parts.push({ endUs, tokens, spent: 0, deadlineMs });
    this.#setDeadline();
  }

  /** Tokens held, those included that have lapsed since somebody looked. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Tokens that the store counts as leased by this process: held, or spent and not reported. */
  get counted(): number {
    return this.#parts.reduce((sum, { tokens, spent }) => sum + tokens + spent, 0);
  }

  /** Tokens that may be spent now. */
  available(nowMs: number): number {
    if (nowMs >= this.#deadlineMs) this.#lapse(nowMs);
    return this.#tokens;
  }

  /** Spends `cost` tokens if they are there. */
  take(cost: number, nowMs: number): boolean {
    if (nowMs >= this.#deadlineMs) this.#lapse(nowMs);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    const first = this.#parts[0];
    if (first !== undefined && first.tokens >= cost) {
      first.tokens -= cost;
      first.spent += cost;
    } else this.#takeAcross(cost);
    return true;
  }

  /**
   * What is to be told of the oldest generation that there is something to tell about, told by that; undefined when there is none. Whether
   * the report arrives or not, it is not told again: tokens of an unknown fate stay leased until the end of their generation.
   *
   * @param giveBack whether to hand back what was not spent, too
   */
  report(giveBack: boolean): StashReport | undefined {
    const at = this.#parts.findIndex(({ spent, tokens }) => spent > 0 || (giveBack && tokens > 0));
    const part = this.#parts[at];
    if (part === undefined) return undefined;
    const { endUs, spent } = part;
    const back = giveBack ? part.tokens : 0;
    part.spent = 0;
    part.tokens -= back;
    this.#tokens -= back;
    if (part.tokens === 0) this.#remove(at);
    return { endUs, spent, back };
  }

  #takeAcross(cost: number): void {
    let left = cost;
    for (const part of this.#parts) {
      const taken = Math.min(left, part.tokens);
      part.tokens -= taken;
      part.spent += taken;
      left -= taken;
    }
  }

  #lapse(nowMs: number): void {
    for (let at = this.#parts.length - 1; at >= 0; at -= 1) {
      const part = this.#parts[at] as StashPart;
      if (nowMs < part.deadlineMs) continue;
      this.#tokens -= part.tokens;
      this.#remove(at);
    }
  }

  #remove(at: number): void {
    this.#parts.splice(at, 1);
    this.#setDeadline();
  }

  #setDeadline(): void {
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.#parts) this.#deadlineMs = Math.min(this.#deadlineMs, deadlineMs);
  }
}
