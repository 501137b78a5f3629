import { member, type TokenUsage } from '../sse/usage.ts';

/** The usage as the AI SDK tells it: `{ total }` for each side, or numbers in models made for earlier versions and in embeddings. */
export function modelUsage(usage: unknown): TokenUsage | undefined {
  const input = tokens(member(usage, 'inputTokens')) ?? tokens(member(usage, 'tokens'));
  const output = tokens(member(usage, 'outputTokens'));
  return input === undefined && output === undefined ? undefined : { input, output };
}

function tokens(side: unknown): number | undefined {
  const value = typeof side === 'number' ? side : member(side, 'total');
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
