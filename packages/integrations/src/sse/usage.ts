/** Tokens that a provider says an answer took; undefined where it has not said. */
export interface TokenUsage {
  /** Tokens of the question that count: what a provider read from its cache does not, as Anthropic counts. */
  readonly input: number | undefined;
  readonly output: number | undefined;
}

/**
 * The usage in the body of an answer, or in one event of a streamed one, of whichever of the known APIs. Undefined when nothing is said.
 */
export function usageIn(json: unknown): TokenUsage | undefined {
  const usage =
    member(json, 'usage') ?? member(member(json, 'response'), 'usage') ?? member(member(json, 'message'), 'usage');
  const input = count(usage, 'input_tokens') ?? count(usage, 'prompt_tokens');
  const output = count(usage, 'output_tokens') ?? count(usage, 'completion_tokens');
  if (input === undefined && output === undefined) return undefined;
  const written = count(usage, 'cache_creation_input_tokens') ?? 0;
  return { input: input === undefined ? undefined : input + written, output };
}

/** What is known after another event has told its part: the last word on each counts. */
export function mergeUsage(before: TokenUsage | undefined, next: TokenUsage | undefined): TokenUsage | undefined {
  if (before === undefined || next === undefined) return next ?? before;
  return { input: next.input ?? before.input, output: next.output ?? before.output };
}

export function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

function count(usage: unknown, name: string): number | undefined {
  const value = member(usage, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
