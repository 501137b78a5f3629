import { assertOptions, type OptionNames, optionNames, refuseOption } from '@crossbridge/core';
import type { DatabaseCallOptions } from '../sql/call-options.ts';

/** How one transaction is run. */
export interface MysqlTransactionOptions extends Omit<DatabaseCallOptions, 'idempotent'> {
  /** Default: what the server has as its default, `repeatable read` unless somebody changed that. */
  readonly isolation?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable' | undefined;
  readonly readOnly?: boolean | undefined;
  /** False: the callback runs once. A number: at most so many times. Default: as often as the retry policy of the operation allows. */
  readonly retry?: boolean | number | undefined;
}

const NAMES: OptionNames = optionNames<MysqlTransactionOptions>({
  key: true,
  signal: true,
  deadlineMs: true,
  isolation: true,
  readOnly: true,
  retry: true,
});

const ISOLATIONS: ReadonlySet<unknown> = new Set([
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
]);

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertTransactionOptions(work: unknown, options: MysqlTransactionOptions): void {
  if (typeof work !== 'function') refuseOption('The first argument', 'tx', 'a function', work);
  assertOptions(options, NAMES, 'tx');
  const { isolation, retry } = options;
  if (!ISOLATIONS.has(isolation)) refuseOption('isolation', 'tx', 'an isolation level in lower case', isolation);
  const sane = retry === undefined || typeof retry === 'boolean' || (Number.isSafeInteger(retry) && retry >= 1);
  if (!sane) refuseOption('retry', 'tx', 'true, false or a whole number of at least 1', retry);
}

export function beginTexts({ isolation, readOnly }: MysqlTransactionOptions): readonly string[] {
  const begin = `START TRANSACTION${readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE'}`;
  return isolation === undefined ? [begin] : [`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, begin];
}

/** What `retry` allows, as an option of a call. */
export function maxAttemptsOf({ retry }: MysqlTransactionOptions): number | undefined {
  if (retry === false) return 1;
  return typeof retry === 'number' ? retry : undefined;
}
