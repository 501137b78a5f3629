import { assertClock } from '../bridge-options.ts';
import type { Clock } from '../clock.ts';
import { assertOptions, assertSignal, optionNames } from '../options.ts';
import { assertNotNegative } from './validate.ts';

export interface RateLimiterOptions {
  /** Most buckets held at once, 1 to 100 million. Default 100,000. Each takes 28 bytes. */
  readonly maxKeys?: number;
  readonly clock?: Clock;
}

export interface AcquireOptions {
  /** Tokens to take. Default 1. */
  readonly cost?: number;
  /** Longest wait. A request that would have to wait longer is refused at once. Default: no bound. */
  readonly maxWaitMs?: number;
  /** Requests that may wait for the same key. Default 1,000. */
  readonly queue?: number;
  /** Ends the wait at once, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const LIMITER = optionNames<RateLimiterOptions>({ maxKeys: true, clock: true });
const RESERVE = optionNames<Omit<AcquireOptions, 'cost'>>({ maxWaitMs: true, queue: true, signal: true });
const ACQUIRE = new Set([...RESERVE, 'cost']);

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertLimiterOptions(options: RateLimiterOptions): void {
  assertOptions(options, LIMITER, 'RateLimiter');
  assertClock(options.clock, 'RateLimiter');
}

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertAcquireOptions(options: AcquireOptions): void {
  assertOptions(options, ACQUIRE, 'RateLimiter.acquire');
  assertWait(options, 'RateLimiter.acquire');
}

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertReserveOptions(options: Omit<AcquireOptions, 'cost'>): void {
  assertOptions(options, RESERVE, 'RateLimiter.reserve');
  assertWait(options, 'RateLimiter.reserve');
}

function assertWait({ maxWaitMs, queue, signal }: AcquireOptions, whose: string): void {
  if (maxWaitMs !== undefined) assertNotNegative('maxWaitMs', maxWaitMs);
  if (queue !== undefined) assertNotNegative('queue', queue);
  assertSignal(signal, whose);
}
