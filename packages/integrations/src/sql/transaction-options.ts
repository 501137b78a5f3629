import { assertOptions, type OptionNames, refuseOption } from '@crossbridge/core';
import type { DatabaseCallOptions } from './call-options.ts';

/** How one transaction is run, whatever the server. */
export interface AnyTransactionOptions extends Omit<DatabaseCallOptions, 'idempotent'> {
  readonly isolation?: string | undefined;
  readonly readOnly?: boolean | undefined;
  /**
   * False: the callback runs once. A number: at most so many times, whatever the policy allows. Default: as often as the retry policy of
   * the operation allows.
   */
  readonly retry?: boolean | number | undefined;
}

/**
 * @param isolations the levels that the server knows
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function assertTransaction(
  work: unknown,
  options: AnyTransactionOptions,
  names: OptionNames,
  isolations: readonly string[],
): void {
  if (typeof work !== 'function') refuseOption('The first argument', 'tx', 'a function', work);
  assertOptions(options, names, 'tx');
  const { isolation, retry } = options;
  if (isolation !== undefined && !isolations.includes(isolation)) {
    const quoted = isolations.map((level) => `"${level}"`);
    refuseOption('isolation', 'tx', `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, isolation);
  }
  const sane = retry === undefined || typeof retry === 'boolean' || (Number.isSafeInteger(retry) && retry >= 1);
  if (!sane) refuseOption('retry', 'tx', 'true, false or a whole number of at least 1', retry);
}

/** What `retry` allows, as an option of a call. */
export function maxAttemptsOf({ retry }: Pick<AnyTransactionOptions, 'retry'>): number | undefined {
  if (retry === false) return 1;
  return typeof retry === 'number' ? retry : undefined;
}
