import type { Bridge } from '../bridge.ts';
import { DEFAULT_RATE_LIMIT_USE } from '../config/defaults.ts';
import type { RateLimitConfig } from '../config/types.ts';
import { InvalidArgumentError, RateLimitExceeded } from '../errors.ts';
import { assertBoolean, assertOptions, optionNames, shown } from '../options.ts';
import { type CallKey, shownKey } from '../rate-limit/call-key.ts';
import type { RateLimitDecision } from '../rate-limit/decision.ts';
import { OperationLimits } from '../rate-limit/operation-limits.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';
import { getDefaultBridge } from './default-bridge.ts';
import { UNKNOWN_OPERATION_LIMIT } from './rate-limit-for-operation.ts';

export interface CheckRateLimitOptions {
  /** Tokens to take. Default 1. */
  readonly cost?: number | undefined;
  /** Throw RateLimitExceeded instead of answering false. Default false. */
  readonly raiseOnExceeded?: boolean | undefined;
}

/** A limit given on the spot: `capacity` at once, then `capacity` per `windowSeconds`. */
export interface AdHocRateLimit extends RateLimitConfig, CheckRateLimitOptions {}

const unknown = new WeakMap<RateLimiter, OperationLimits>();

const OPTIONS = optionNames<CheckRateLimitOptions>({ cost: true, raiseOnExceeded: true });
const LIMIT = optionNames<AdHocRateLimit>({ capacity: true, windowSeconds: true, cost: true, raiseOnExceeded: true });

/**
 * Whether `key` (`user:123`, or `{ user: '123', org: 'acme' }`) may go on under the limits that the config has for `operation`, overrides included; takes the tokens if so. An
 * operation that the config does not know has 30 per 60 s. True when rate limiting is off, or only watched.
 *
 * @throws RateLimitExceeded when asked to, InvalidArgumentError for arguments that cannot work
 */
export function checkRateLimit(key: CallKey, operation: string, options?: CheckRateLimitOptions): boolean;
/**
 * Whether `key` may go on under a limit given on the spot; takes the tokens if so. The bucket is that of the key alone: another limit
 * for the same key applies to the same bucket.
 *
 * @throws RateLimitExceeded when asked to, InvalidArgumentError for arguments that cannot work
 */
export function checkRateLimit(key: string, limit: AdHocRateLimit): boolean;
export function checkRateLimit(
  key: CallKey,
  limit: string | AdHocRateLimit,
  options: CheckRateLimitOptions = {},
): boolean {
  assertKey(key);
  assertLimit(limit, options);
  const bridge = getDefaultBridge();
  const { cost = 1, raiseOnExceeded = false } = typeof limit === 'string' ? options : limit;
  const refusal =
    typeof limit === 'string'
      ? byOperation(bridge, key, limit, cost)
      : byLimit(bridge.rateLimiter, limit, cost, shownKey(key));
  if (refusal !== undefined && raiseOnExceeded) throw refusal;
  return refusal === undefined;
}

/** The limiter of the default bridge. */
export function getRateLimiter(): RateLimiter {
  return getDefaultBridge().rateLimiter;
}

function byOperation(bridge: Bridge, key: CallKey, operation: string, cost: number): RateLimitExceeded | undefined {
  if (operation === '') throw new InvalidArgumentError('The operation must be a non-empty string, got ""');
  const { config, rateLimiter } = bridge;
  if (Object.hasOwn(config.operations, operation) || !config.rateLimiting.enabled) {
    return bridge.checkRateLimit(key, operation, cost);
  }
  const asked = { key: shownKey(key), operation };
  return refusalOf(limitsOfUnknown(rateLimiter).take(asked, cost, 'all')?.verdicts()[0], asked);
}

function byLimit(
  limiter: RateLimiter,
  limit: RateLimitConfig,
  cost: number,
  key: string,
): RateLimitExceeded | undefined {
  return refusalOf(limiter.decide(key, limit, cost), { key });
}

function refusalOf(
  decision: RateLimitDecision | undefined,
  asked: { readonly key: string; readonly operation?: string },
): RateLimitExceeded | undefined {
  return decision === undefined || decision.admitted ? undefined : new RateLimitExceeded({ ...asked, ...decision });
}

/** Operations that the config does not know have buckets of their own, apart from those of keys alone. */
function limitsOfUnknown(limiter: RateLimiter): OperationLimits {
  let limits = unknown.get(limiter);
  if (limits === undefined) {
    const rateLimit = { ...UNKNOWN_OPERATION_LIMIT, ...DEFAULT_RATE_LIMIT_USE, name: 'unknown operations' };
    // No operation has an empty name.
    limits = new OperationLimits('', { rateLimit, rateLimits: [] }, new Map(), limiter);
    unknown.set(limiter, limits);
  }
  return limits;
}

function assertLimit(limit: unknown, options: CheckRateLimitOptions): void {
  const byName = typeof limit === 'string';
  if (!byName && (typeof limit !== 'object' || limit === null)) {
    throw new InvalidArgumentError(
      `checkRateLimit takes the name of an operation, or a limit as { capacity, windowSeconds }, got ${shown(limit)}`,
    );
  }
  const given = byName ? options : (limit as AdHocRateLimit);
  assertOptions(given, byName ? OPTIONS : LIMIT, 'checkRateLimit');
  assertBoolean('raiseOnExceeded', given.raiseOnExceeded, 'checkRateLimit');
}

/** A key that is missing would make everybody share one bucket, and nobody would notice. */
function assertKey(key: unknown): void {
  if (typeof key === 'string' && key !== '') return;
  const parts = typeof key === 'object' && key !== null ? Object.values(key) : [];
  if (parts.length > 0 && parts.every((part) => typeof part === 'string' && part !== '')) return;
  throw new InvalidArgumentError(
    `The key must be a non-empty string, or an object of them, got ${key === '' ? '""' : typeof key}`,
  );
}
