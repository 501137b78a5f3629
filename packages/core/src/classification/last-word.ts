import { processWide } from '../process-wide.ts';

/** What the server itself said in the headers in which the last word is ours: null for nothing. */
const said = processWide('server_said.v1', () => new WeakMap<object, string | null>());

/**
 * A copy of the headers with `x-should-retry: false`, by which an AI SDK leaves a failure to the policies that have had their say. To policies
 * around them the copy says what the server said.
 */
export function withLastWord(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.set('x-should-retry', 'false');
  said.set(copy, said.has(headers) ? (said.get(headers) ?? null) : headers.get('x-should-retry'));
  return copy;
}

/** What the server said; undefined for headers that nobody has touched. */
export function serverSaid(headers: unknown): string | null | undefined {
  return typeof headers === 'object' && headers !== null ? said.get(headers) : undefined;
}
