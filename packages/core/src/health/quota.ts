import { InvalidArgumentError } from '../errors.ts';

/** What a provider says is left of a quota of its own, in the headers of its answers, say. */
export interface Quota {
  /** What is counted: `requests`, `tokens`, `input_tokens` … Bounded: it may be a metric attribute. */
  readonly name: string;
  readonly remaining: number;
  /** Undefined where the provider does not say. */
  readonly limit?: number | undefined;
  /** Milliseconds from now on until it is full again; undefined where the provider does not say. */
  readonly resetAfterMs?: number | undefined;
}

/** Of names that an operation's provider uses: no provider has more, and an answer must not make it grow. */
const MAX_QUOTAS = 8;

/** What is not repeated within this time says nothing any more, where the provider gave no time. */
const STALE_AFTER_MS = 60_000;

interface Noted {
  readonly quota: Quota;
  readonly endsAtMs: number;
}

/** @throws InvalidArgumentError for a quota without a name, or with numbers that are none */
export function assertQuota(quota: Quota): Quota {
  if (typeof quota.name !== 'string' || quota.name.trim() === '') {
    throw new InvalidArgumentError(`A quota must have a name, such as requests, got ${JSON.stringify(quota.name)}`);
  }
  for (const field of ['remaining', 'limit', 'resetAfterMs'] as const) {
    const value = quota[field];
    if (value === undefined && field !== 'remaining') continue;
    if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) continue;
    throw new InvalidArgumentError(`${field} of the quota '${quota.name}' must be 0 or more, got ${String(value)}`);
  }
  return quota;
}

/** The quotas of one operation's provider, as last heard of. */
export class QuotaBook {
  readonly #noted = new Map<string, Noted>();

  note(quota: Quota, nowMs: number): void {
    if (!this.#noted.has(quota.name) && this.#noted.size >= MAX_QUOTAS) return;
    this.#noted.set(quota.name, { quota, endsAtMs: nowMs + (quota.resetAfterMs ?? STALE_AFTER_MS) });
  }

  /** Those that still hold. */
  current(nowMs: number): readonly Quota[] {
    return Array.from(this.#noted.values()).flatMap(({ quota, endsAtMs }) => (nowMs < endsAtMs ? [quota] : []));
  }
}
