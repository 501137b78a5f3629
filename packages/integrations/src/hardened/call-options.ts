import {
  type Bridge,
  type CallKey,
  InvalidArgumentError,
  RetryPolicy,
  type RetryPolicyOptions,
  refuseOption,
} from '@crossbridge/core';

/** One call of a hardened method, for options that depend on it. */
export interface HardenedCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** An option: the same for all calls, or a function of the call. */
export type PerCall<T> = T | ((call: HardenedCall) => T);

/** A retry policy: by its name in the config, made in code, or false for none. */
export type RetryChoice = string | RetryPolicyOptions | false;

/** What `option` is for this call. */
export function forCall<T extends string | number | boolean | object | undefined>(
  option: PerCall<T>,
  call: HardenedCall,
): T {
  return typeof option === 'function' ? (option as (call: HardenedCall) => T)(call) : option;
}

/**
 * Reads an option that chooses a retry policy: fields of one become a policy once, not at every call.
 *
 * @throws InvalidArgumentError for a policy that cannot work
 */
export function retryChoice(choice: RetryChoice | undefined, name: string, whose: string): RetryChoice | undefined {
  if (choice === undefined || choice === false) return choice;
  if (typeof choice === 'string' && choice !== '') return choice;
  if (typeof choice !== 'object' || choice === null) {
    return refuseOption(name, whose, 'the name of a retry policy, a policy, or false', choice);
  }
  return choice instanceof RetryPolicy ? choice : new RetryPolicy(choice);
}

/** The `retry` of one call: what was asked for, else what the config says of the operation (nothing at all, with `false`), else `fallback`. Never two of them. */
export function retryOfCall(
  { config: { operations } }: Bridge,
  operation: string,
  asked: RetryChoice | undefined,
  fallback: string,
): RetryChoice | undefined {
  if (asked !== undefined) return asked;
  const own = Object.hasOwn(operations, operation) ? operations[operation]?.retry : undefined;
  return own == null ? fallback : undefined;
}

/** @throws InvalidArgumentError for an option that is neither a key nor a function that gives one */
export function assertKeyOption(key: PerCall<CallKey | undefined>, whose: string): void {
  const fits =
    key === undefined || typeof key === 'function' || (typeof key === 'string' && key !== '') || isParts(key);
  if (!fits) refuseOption('rateLimitKey', whose, 'a key such as "user:123", its parts, or a function of the call', key);
}

/** @throws InvalidArgumentError for what is no name of an operation */
export function assertOperation(name: string, operation: unknown, whose: string): void {
  if (operation !== undefined && (typeof operation !== 'string' || operation === '')) {
    refuseOption(name, whose, 'the name of an operation', operation);
  }
}

/** @throws InvalidArgumentError for what is no bridge. Not by its class: another copy of the package makes bridges, too */
export function assertBridgeOption(bridge: unknown, whose: string): void {
  if (bridge === undefined) return;
  if (typeof (bridge as { readonly run?: unknown } | null)?.run === 'function') return;
  refuseOption('bridge', whose, 'a bridge (see createBridge)', bridge);
}

/**
 * @returns those of the methods that the object has
 * @throws InvalidArgumentError when it has none of them
 */
export function methodsOf(object: unknown, names: readonly string[], whose: string): readonly string[] {
  const wanted = `an object with the method ${names.join(' or ')}`;
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    return refuseOption('The first argument', whose, wanted, object);
  }
  const members = object as Readonly<Record<string, unknown>>;
  const found = names.filter((name) => typeof members[name] === 'function');
  if (found.length > 0) return found;
  throw new InvalidArgumentError(`The first argument of ${whose} must be ${wanted}, got one without`);
}

function isParts(key: unknown): boolean {
  return typeof key === 'object' && key !== null && !Array.isArray(key);
}
