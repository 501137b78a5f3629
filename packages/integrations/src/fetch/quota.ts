import { type Quota, retryAfterMsOf } from '@crossbridge/core';

/** A family of headers in which providers say what is left of a quota. */
interface HeaderFamily {
  header(field: 'limit' | 'remaining' | 'reset', kind: string): string;
  /** How the headers name what is counted, and how we do: a closed list, because the name may become an attribute of metrics. */
  readonly kinds: Readonly<Record<string, string>>;
}

const FAMILIES: readonly HeaderFamily[] = [
  {
    // OpenAI and compatibles, Groq, Azure; Mistral names the window as well.
    header: (field, kind) => `x-ratelimit-${field}-${kind}`,
    kinds: {
      requests: 'requests',
      tokens: 'tokens',
      'input-tokens': 'input_tokens',
      'output-tokens': 'output_tokens',
      'req-minute': 'requests_minute',
      'tokens-minute': 'tokens_minute',
    },
  },
  {
    header: (field, kind) => `anthropic-ratelimit-${kind}-${field}`,
    kinds: {
      requests: 'requests',
      tokens: 'tokens',
      'input-tokens': 'input_tokens',
      'output-tokens': 'output_tokens',
    },
  },
];

/** No quota lasts longer than a leap year: what says so is no time. */
const MAX_RESET_MS = 366 * 24 * 3_600_000;

/**
 * What the headers of a provider's response say is left of its quotas. They are hints: what cannot be read, or contradicts itself, is left out.
 *
 * @param wallNowMs calendar time, for resets given as dates by a server that does not say what time it has
 */
export function quotasOf({ headers, status }: Pick<Response, 'headers' | 'status'>, wallNowMs: number): Quota[] {
  const quotas: Quota[] = [];
  for (const { header, kinds } of FAMILIES) {
    for (const [kind, name] of Object.entries(kinds)) {
      const remaining = amount(headers.get(header('remaining', kind)));
      if (remaining === undefined) continue;
      const limit = amount(headers.get(header('limit', kind))) || undefined;
      // More left than there is cannot be, and Azure says 0 for "not counted": only who refuses because of it, or gives a limit, means it.
      if (limit === undefined ? remaining === 0 && status !== 429 : remaining > limit) continue;
      const resetAfterMs = resetMs(headers.get(header('reset', kind)), serverNowMs(headers, wallNowMs));
      quotas.push({ name, remaining, limit, resetAfterMs: resetAfterMs ?? waitMs(headers, remaining, wallNowMs) });
    }
  }
  return quotas;
}

/** A whole or decimal number of at least 0, written as such. */
function amount(text: string | null): number | undefined {
  if (text === null || !/^\s*\d{1,15}(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}

/** Dates are those of the server's clock, which it shows in `Date`: ours may be minutes off. */
function serverNowMs(headers: Headers, wallNowMs: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? wallNowMs : date;
}

/** What is used up comes back when the server wants to be asked again. */
function waitMs(headers: Headers, remaining: number, wallNowMs: number): number | undefined {
  const ms = remaining === 0 ? retryAfterMsOf(headers, wallNowMs) : undefined;
  return ms === undefined || ms > MAX_RESET_MS ? undefined : ms;
}

/** A duration such as `17ms` or `6m0.5s`, a number of seconds, or a date with a time. */
function resetMs(text: string | null, nowMs: number): number | undefined {
  const ms = text === null ? undefined : (durationMs(text.trim()) ?? dateMs(text.trim(), nowMs));
  return ms === undefined || ms > MAX_RESET_MS ? undefined : ms;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function durationMs(text: string): number | undefined {
  if (text.length > 40) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(d|h|ms|m|s))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g))
    ms += Number(value) * (UNITS[unit ?? ''] ?? 0);
  return ms;
}

function dateMs(text: string, nowMs: number): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
