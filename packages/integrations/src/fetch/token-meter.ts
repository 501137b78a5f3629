import {
  assertOptions,
  type Bridge,
  type CallKey,
  optionNames,
  type Reservation,
  refuseOption,
} from '@crossbridge/core';
import type { TokenUsage } from '../sse/usage.ts';
import { TokenEstimate } from './token-estimate.ts';

/** How the tokens of calls are limited: reserved by an estimate before a call, settled with what the provider says it took. */
export interface TokenOptions {
  /** The operation whose rate limits count tokens, not calls: `{ rateLimit: { capacity: 90_000, windowSeconds: 60, maxWaitMs: 10_000 } }`, say. */
  readonly operation: string;
  /** Which tokens it counts. Default `total`. */
  readonly count?: 'total' | 'input' | 'output';
  /**
   * Guesses the tokens of a call from what is asked: the body of the request, or the parameters of the AI SDK. Default: a token for every four bytes
   * of text, and for the answer what most answers took so far, at most what the request allows.
   */
  readonly estimate?: (body: unknown) => number;
}

const NAMES = optionNames<TokenOptions>({ operation: true, count: true, estimate: true });

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertTokenOptions(options: TokenOptions | undefined, whose: string): void {
  if (options === undefined) return;
  assertOptions(options, NAMES, `tokens of ${whose}`);
  const { operation, count, estimate } = options;
  if (typeof operation !== 'string' || operation === '') {
    refuseOption('tokens.operation', whose, 'a non-empty string', operation);
  }
  if (count !== undefined && !['total', 'input', 'output'].includes(count)) {
    refuseOption('tokens.count', whose, '"total", "input" or "output"', count);
  }
  if (estimate !== undefined && typeof estimate !== 'function') {
    refuseOption('tokens.estimate', whose, 'a function', estimate);
  }
}

/** What a call is about to ask. */
export interface Question {
  readonly body: unknown;
  /** False where only the question costs, as with embeddings. */
  readonly hasAnswer: boolean;
}

/** For whom, and for how long at most, tokens are waited for. */
export interface TokenWait {
  readonly key: CallKey | undefined;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number | undefined;
}

/** The tokens that one call has reserved. */
export interface TokenBill {
  /** Corrects the estimate. Where the provider has not told, the estimate stays. */
  settle(usage: TokenUsage | undefined): void;
  /** Gives the tokens back: the call has failed. */
  cancel(): void;
}

/** Counts the tokens of calls against a limit. */
export class TokenMeter {
  readonly #bridge: Bridge;
  readonly #options: TokenOptions;
  readonly #estimate = new TokenEstimate();

  constructor(bridge: Bridge, options: TokenOptions) {
    this.#bridge = bridge;
    this.#options = options;
  }

  /**
   * Reserves what the call is likely to take.
   *
   * @throws RateLimitExceeded when the tokens do not come in time; the reason of the signal
   */
  async reserve(question: Question, { key = 'default', signal, deadlineMs }: TokenWait): Promise<TokenBill> {
    const { operation } = this.#options;
    const reservation = await this.#bridge.reserve(key, operation, this.#guess(question), { signal, deadlineMs });
    return {
      settle: (usage) => this.#settle(reservation, usage, question.hasAnswer),
      cancel: () => reservation.cancel(),
    };
  }

  #guess({ body, hasAnswer }: Question): number {
    const { count = 'total', estimate } = this.#options;
    if (estimate !== undefined) return estimate(body);
    const input = count === 'output' ? 0 : this.#estimate.input(body);
    return input + (count === 'input' || !hasAnswer ? 0 : this.#estimate.output(body));
  }

  #settle(reservation: Reservation, usage: TokenUsage | undefined, hasAnswer: boolean): void {
    const { count = 'total' } = this.#options;
    const { input } = usage ?? {};
    const output = usage?.output ?? (hasAnswer ? undefined : 0);
    if (hasAnswer && output !== undefined) this.#estimate.learn(output);
    const total = input === undefined || output === undefined ? undefined : input + output;
    const actual = { total, input, output }[count];
    if (actual !== undefined) reservation.settle(actual);
  }
}
