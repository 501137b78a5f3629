/** Tokens that a provider says an answer took; undefined where it has not said. */
export interface TokenUsage {
  /** Tokens of the question that count: what a provider read from its cache does not, as Anthropic counts. */
  readonly input: number | undefined;
  readonly output: number | undefined;
  /** Further tokens of the question, which the provider read from its cache; absent where there were none, or where `input` counts them as well. */
  readonly cached?: number;
}

/**
 * The usage in the body of an answer, or in one event of a streamed one, of whichever of the known APIs. Undefined when nothing is said.
 */
export function usageIn(json: unknown): TokenUsage | undefined {
  const usage =
    member(json, 'usage') ?? member(member(json, 'response'), 'usage') ?? member(member(json, 'message'), 'usage');
  const input = first(usage, ['input_tokens', 'prompt_tokens', 'inputTokens']);
  const output = first(usage, ['output_tokens', 'completion_tokens', 'outputTokens']);
  if (input === undefined && output === undefined) return undefined;
  const written = count(usage, 'cache_creation_input_tokens') ?? 0;
  const cached = count(usage, 'cache_read_input_tokens') ?? 0;
  return { input: input === undefined ? undefined : input + written, output, ...(cached > 0 ? { cached } : {}) };
}

/** What is known after another event has told its part: the last word on each counts. */
export function mergeUsage(before: TokenUsage | undefined, next: TokenUsage | undefined): TokenUsage | undefined {
  if (before === undefined || next === undefined) return next ?? before;
  const cached = next.cached ?? before.cached;
  const input = next.input ?? before.input;
  return { input, output: next.output ?? before.output, ...(cached === undefined ? {} : { cached }) };
}

/** The model that an answer, or one event of a streamed one, says it is of. */
export function modelIn(json: unknown): string | undefined {
  const model =
    member(json, 'model') ?? member(member(json, 'response'), 'model') ?? member(member(json, 'message'), 'model');
  return typeof model === 'string' && model !== '' ? model : undefined;
}

export function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

function first(usage: unknown, names: readonly string[]): number | undefined {
  return names.map((name) => count(usage, name)).find((value) => value !== undefined);
}

function count(usage: unknown, name: string): number | undefined {
  const value = member(usage, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
