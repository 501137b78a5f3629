import { assertClock, assertStoreClient } from '../../bridge-options.ts';
import type { Clock } from '../../clock.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { assertOptions, optionNames, refuseOption } from '../../options.ts';
import type { Random } from '../../retry/backoff.ts';
import { assertPositive } from '../validate.ts';
import type { SharedStoreClient } from './store-client.ts';
import type { StoreErrorMode, StoreResult, StoreState } from './store-state.ts';

/** The store failed, is tried again, or decides again. */
export interface StoreEvent {
  readonly type: 'rate_limit.store_changed';
  readonly from: StoreState;
  readonly to: StoreState;
  /** What decides unless the store is up. */
  readonly mode: StoreErrorMode;
}

export interface SharedRateLimiterOptions {
  readonly client: SharedStoreClient;
  /** What decides while the store does not. Default `local`. */
  readonly onStoreError?: StoreErrorMode;
  /** Processes that share the limits: in mode `local` each has its part of the capacity. Default 1. */
  readonly expectedProcesses?: number;
  /** Milliseconds in which the store must decide. Default 50. */
  readonly budgetMs?: number;
  /** Whether hot keys are leased tokens in advance. Default true; without, each decision is one of the store. */
  readonly leases?: boolean;
  /** What the names of all keys in the store begin with. Default `cb:`. */
  readonly prefix?: string;
  /** Buckets that this process remembers. Default 100,000. */
  readonly maxKeys?: number;
  readonly clock?: Clock;
  /** Spreads the processes that come back to a store. */
  readonly random?: Random;
  readonly onEvent?: (event: StoreEvent) => void;
  /** Told how each question to the store ended, and how long it took. */
  readonly onAsked?: (result: StoreResult, durationMs: number) => void;
}

const OPTIONS = optionNames<SharedRateLimiterOptions>({
  client: true,
  onStoreError: true,
  expectedProcesses: true,
  budgetMs: true,
  leases: true,
  prefix: true,
  maxKeys: true,
  clock: true,
  random: true,
  onEvent: true,
  onAsked: true,
});
const WHOSE = 'SharedRateLimiter';

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertSharedOptions(options: SharedRateLimiterOptions): void {
  assertOptions(options, OPTIONS, WHOSE);
  const { client, onStoreError, expectedProcesses, budgetMs, prefix, clock, maxKeys } = options;
  assertStoreClient('client', client, WHOSE);
  if (onStoreError !== undefined && !['local', 'allow', 'deny'].includes(onStoreError)) {
    refuseOption('onStoreError', WHOSE, "'local', 'allow' or 'deny'", onStoreError);
  }
  for (const [name, value] of Object.entries({ expectedProcesses, maxKeys })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      refuseOption(name, WHOSE, 'a whole number of at least 1', value);
    }
  }
  if (budgetMs !== undefined) assertPositive('budgetMs', budgetMs);
  if (prefix !== undefined && (typeof prefix !== 'string' || /[{}]/.test(prefix))) {
    refuseOption('prefix', WHOSE, 'a string without braces', prefix);
  }
  assertClock(clock, WHOSE);
}

/** @throws InvalidArgumentError for a name that would not do in a key of the store */
export function assertGroup(group: string | undefined): void {
  if (group === undefined || (typeof group === 'string' && group !== '' && !/[{}]/.test(group))) return;
  throw new InvalidArgumentError(
    `The group of a shared limit must be a name without braces, got ${JSON.stringify(group)}`,
  );
}
