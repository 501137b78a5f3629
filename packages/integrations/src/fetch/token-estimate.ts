import { member } from '../sse/usage.ts';

/** Outputs that are remembered, to know what is usual. */
const REMEMBERED = 100;
/** Fewer say nothing of what is usual. */
const ENOUGH = 10;
/** What an answer is taken for while nothing is known of the others. */
const UNKNOWN_OUTPUT = 256;

/** Bytes of text that make a token: four letters of English, a little more than one character of Chinese. */
const BYTES_PER_TOKEN = 4;
/** An image or a recording costs by its size, which only its provider knows; its base64 text is no measure of it. */
const MEDIA_TOKENS = 1_000;
const MEDIA = /^data:|^[A-Za-z0-9+/]{2000,}={0,2}$/;

const LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'];

/** Guesses the tokens of questions and answers before there is an answer. */
export class TokenEstimate {
  readonly #outputs: number[] = [];
  #next = 0;

  /** Learns what an answer took. */
  learn(output: number): void {
    this.#outputs[this.#next] = output;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Tokens of all texts in the body of a request. */
  input(body: unknown): number {
    if (typeof body === 'string')
      return MEDIA.test(body) ? MEDIA_TOKENS : Math.ceil(Buffer.byteLength(body) / BYTES_PER_TOKEN);
    // Numbers in lists are tokens that somebody has counted already.
    if (Array.isArray(body))
      return body.reduce((sum, item) => sum + (typeof item === 'number' ? 1 : this.input(item)), 0);
    if (ArrayBuffer.isView(body)) return MEDIA_TOKENS;
    if (typeof body !== 'object' || body === null) return 0;
    return Object.values(body).reduce((sum: number, value) => sum + this.input(value), 0);
  }

  /** Tokens of the answer: what is usual (19 of 20 answers take no more), and no more than the request allows. */
  output(body: unknown): number {
    const allowed = LIMITS.map((name) => member(body, name)).find((value) => typeof value === 'number' && value > 0);
    const choices = member(body, 'n');
    const each = Math.min(typeof allowed === 'number' ? allowed : Number.POSITIVE_INFINITY, this.#usual(allowed));
    return each * (typeof choices === 'number' && choices > 1 ? choices : 1);
  }

  #usual(allowed: unknown): number {
    if (this.#outputs.length < ENOUGH) return typeof allowed === 'number' ? allowed : UNKNOWN_OUTPUT;
    const sorted = this.#outputs.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? UNKNOWN_OUTPUT;
  }
}
