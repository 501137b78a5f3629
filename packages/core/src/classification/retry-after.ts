import { serverSaid } from './last-word.ts';

/**
 * The value of a header, by lower-case name, in whatever headers arrive in: a `Headers`, or an object of strings and lists.
 * Undefined when there is none, or none that can be read.
 */
export function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    return readHeader(headers, name);
  } catch {
    return undefined;
  }
}

function readHeader(headers: object, name: string): string | undefined {
  if ('get' in headers && typeof headers.get === 'function') {
    const value: unknown = headers.get(name);
    return typeof value === 'string' ? value : undefined;
  }
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== name) continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
  }
  return undefined;
}

/**
 * The wait in milliseconds that a server asks for, from `retry-after-ms`, `x-ms-retry-after-ms` (Azure) or `Retry-After`
 * (seconds or an HTTP date, RFC 9110 section 10.2.3), in that order. Undefined when there is none that can be read; a date in the
 * past is 0.
 */
export function retryAfterMsOf(headers: unknown, wallNowMs: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = decimal(headerOf(headers, name));
    if (value !== undefined) return value;
  }
  const text = headerOf(headers, 'retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  const seconds = decimal(text);
  if (seconds !== undefined) return seconds * 1000;
  // Date.parse reads "1" or "-5" as a year: only text with a month name is a date here.
  if (!/[A-Za-z]{3}/.test(text)) return undefined;
  // The form of asctime names no zone, and means UTC.
  const date = Date.parse(/:\d\d \d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallNowMs);
}

/** `x-should-retry`, with which the AI providers say themselves whether another try makes sense. */
export function shouldRetryHeader(headers: unknown): boolean | undefined {
  const said = serverSaid(headers);
  switch ((said === undefined ? headerOf(headers, 'x-should-retry') : said)?.trim().toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return undefined;
  }
}

function decimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
