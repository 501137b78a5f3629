import type { RateLimitDecision } from './decision.ts';

export type HeaderDecision = Pick<
  RateLimitDecision,
  'limit' | 'windowSeconds' | 'remaining' | 'retryAfterMs' | 'resetMs'
> & {
  /** Name of the limit. Default `default`. */
  readonly name?: string;
};

/**
 * Standard response headers for decisions: `RateLimit-Policy` and `RateLimit` as structured fields
 * (draft-ietf-httpapi-ratelimit-headers-10 and -11), and `Retry-After` for a refusal. Seconds are rounded up, tokens down: nobody who
 * keeps to them is refused. No decision, no header.
 */
export function rateLimitHeaders(decision: HeaderDecision | readonly HeaderDecision[]): Record<string, string> {
  const decisions: readonly HeaderDecision[] = 'limit' in decision ? [decision] : decision;
  if (decisions.length === 0) return {};
  const retryAfterMs = Math.max(0, ...decisions.map((each) => each.retryAfterMs));
  return {
    'RateLimit-Policy': decisions.map(policy).join(', '),
    RateLimit: decisions.map(quota).join(', '),
    ...(retryAfterMs > 0 ? { 'Retry-After': String(seconds(retryAfterMs)) } : {}),
  };
}

function policy({ name, limit, windowSeconds }: HeaderDecision): string {
  return `${string(name)};q=${integer(limit)};w=${seconds(windowSeconds * 1000)}`;
}

function quota({ name, remaining, resetMs }: HeaderDecision): string {
  return `${string(name)};r=${integer(remaining)};t=${seconds(resetMs)}`;
}

/** Rounding up forgives what arithmetic adds. */
function seconds(ms: number): number {
  return integer(Math.ceil(ms / 1000 - 1e-9));
}

/** A structured field integer has at most 15 digits. */
function integer(value: number): number {
  return Math.min(Math.floor(value), 999_999_999_999_999);
}

/** A structured field string is printable ASCII; anything else is percent-encoded. */
function string(name = 'default'): string {
  const ascii = name.toWellFormed().replace(/[^\x20-\x7e]+/g, encodeURIComponent);
  return `"${ascii.replace(/["\\]/g, '\\$&')}"`;
}
