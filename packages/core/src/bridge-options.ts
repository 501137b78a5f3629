import type { ErrorRule } from './classification/error-rule.ts';
import type { Clock } from './clock.ts';
import { InvalidArgumentError } from './errors.ts';
import type { ObserverErrorHandler } from './notifier.ts';
import type { Observer } from './observer.ts';
import { assertFunction, assertOptions, lackOf, optionNames, refuseOption, shown } from './options.ts';
import type { SharedStoreClient } from './rate-limit/shared/store-client.ts';
import type { Random } from './retry/backoff.ts';

export interface BridgeOptions {
  readonly observers?: readonly Observer[];
  /** Told the first failure of each observer. Default: a process warning. */
  readonly onObserverError?: ObserverErrorHandler;
  readonly clock?: Clock;
  /** Source of numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: Random;
  /** What errors mean, before the `errorRules` of the config and the built-in tables. The first rule that matches wins. */
  readonly errorRules?: readonly ErrorRule[];
  /**
   * Where limits are shared with other processes, as `ioredisStore` and `redisStore` of `@crossbridge/integrations/redis-store` make it. Needed
   * where the config has a `rateLimiting.store`, which says what else there is to say.
   */
  readonly sharedStore?: SharedStoreClient;
}

const NAMES = optionNames<BridgeOptions>({
  observers: true,
  onObserverError: true,
  clock: true,
  random: true,
  errorRules: true,
  sharedStore: true,
});

const CLOCK = ['now', 'wallNow', 'setTimeout', 'clearTimeout'] as const satisfies readonly (keyof Clock)[];

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertBridgeOptions(options: BridgeOptions): void {
  const whose = 'createBridge';
  assertOptions(options, NAMES, whose);
  const { observers, onObserverError, clock, random, errorRules, sharedStore } = options;
  assertFunction('onObserverError', onObserverError, whose);
  assertFunction('random', random, whose, 'a function that draws numbers from 0 up to 1');
  assertClock(clock, whose);
  if (errorRules !== undefined && !Array.isArray(errorRules)) {
    refuseOption('errorRules', whose, 'a list of rules', errorRules);
  }
  if (sharedStore !== undefined) assertStoreClient('sharedStore', sharedStore, whose);
  if (observers === undefined) return;
  if (!Array.isArray(observers)) refuseOption('observers', whose, 'a list of observers', observers);
  for (const [index, observer] of observers.entries()) assertObserver(observer, `observers[${index}] of ${whose}`);
}

export function assertStoreClient(name: string, client: unknown, whose: string): void {
  const isClient = typeof client === 'object' && client !== null && lackOf(client, ['send']) === undefined;
  if (!isClient)
    refuseOption(name, whose, 'a client for a shared store, as `ioredisStore` and `redisStore` make one', client);
}

const MEMBERS = ['on', 'around', 'plain', 'wants'] as const satisfies readonly (keyof Observer)[];

/** Refuses what can be told nothing, most likely because of a typing mistake. */
export function assertObserver(observer: unknown, what: string): void {
  const isObject = typeof observer === 'object' && observer !== null;
  const members = MEMBERS.map((name) => [name, isObject ? memberOf(observer, name) : undefined] as const);
  if (members.every(([name, member]) => name === 'wants' || name === 'plain' || member === undefined)) {
    const got = isObject ? 'an object with neither' : shown(observer);
    throw new InvalidArgumentError(`${what} must be an object with on or around, got ${got}`);
  }
  for (const [name, member] of members) {
    if (member === undefined || typeof member === 'function') continue;
    throw new InvalidArgumentError(`${what}: ${name} must be a function, got ${shown(member)}`);
  }
}

/** A getter that throws is the failure of an observer, told as others are: not one of whoever adds it. */
function memberOf(observer: Observer, name: (typeof MEMBERS)[number]): unknown {
  try {
    return observer[name];
  } catch {
    return memberOf;
  }
}

export function assertClock(clock: unknown, whose: string): void {
  if (clock === undefined) return;
  const expected = `an object with the functions ${CLOCK.join(', ')}`;
  if (typeof clock !== 'object' || clock === null) refuseOption('clock', whose, expected, clock);
  const lack = lackOf(clock, CLOCK);
  if (lack === undefined) return;
  throw new InvalidArgumentError(`clock of ${whose} must be ${expected}, got an object without ${lack}`);
}

/** Not by its class: another copy of the package makes bridges, too. */
export function assertBridge(bridge: unknown, name: string, whose: string): void {
  const run: unknown = (bridge as { readonly run?: unknown } | null | undefined)?.run;
  if (typeof run !== 'function') refuseOption(name, whose, 'a bridge (see createBridge)', bridge);
}
