import { assertOptions, type OptionNames, optionNames, refuseOption } from '@crossbridge/core';
import type { DatabaseCallOptions } from '../sql/call-options.ts';

/** How one transaction is run. */
export interface TransactionOptions extends Omit<DatabaseCallOptions, 'idempotent'> {
  /** Default: what the server has as its default, `read committed` unless somebody changed that. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable' | undefined;
  readonly readOnly?: boolean | undefined;
  /** With `serializable` and `readOnly`: waits for a moment in which it cannot fail. */
  readonly deferrable?: boolean | undefined;
  /**
   * False: the callback runs once. A number: at most so many times, whatever the policy allows. Default: as often as the retry policy of
   * the operation allows.
   */
  readonly retry?: boolean | number | undefined;
}

const NAMES: OptionNames = optionNames<TransactionOptions>({
  key: true,
  signal: true,
  deadlineMs: true,
  isolation: true,
  readOnly: true,
  deferrable: true,
  retry: true,
});

const ISOLATIONS: ReadonlySet<unknown> = new Set([undefined, 'read committed', 'repeatable read', 'serializable']);

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertTransactionOptions(work: unknown, options: TransactionOptions): void {
  const whose = 'tx';
  if (typeof work !== 'function') refuseOption('The first argument', whose, 'a function', work);
  assertOptions(options, NAMES, whose);
  const { isolation, retry } = options;
  if (!ISOLATIONS.has(isolation)) {
    refuseOption('isolation', whose, '"read committed", "repeatable read" or "serializable"', isolation);
  }
  const sane = retry === undefined || typeof retry === 'boolean' || (Number.isSafeInteger(retry) && retry >= 1);
  if (!sane) refuseOption('retry', whose, 'true, false or a whole number of at least 1', retry);
}

export function beginText({ isolation, readOnly, deferrable }: TransactionOptions): string {
  const modes = [
    isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`,
    readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE',
    deferrable === undefined ? '' : deferrable ? ' DEFERRABLE' : ' NOT DEFERRABLE',
  ];
  return `BEGIN${modes.join('')}`;
}

/** What `retry` allows, as an option of a call. */
export function maxAttemptsOf({ retry }: TransactionOptions): number | undefined {
  if (retry === false) return 1;
  return typeof retry === 'number' ? retry : undefined;
}
