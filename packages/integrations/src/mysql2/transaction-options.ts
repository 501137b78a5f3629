import { type OptionNames, optionNames } from '@crossbridge/core';
import { type AnyTransactionOptions, assertTransaction } from '../sql/transaction-options.ts';

/** How one transaction is run. */
export interface MysqlTransactionOptions extends AnyTransactionOptions {
  /** Default: what the server has as its default, `repeatable read` unless somebody changed that. */
  readonly isolation?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable' | undefined;
}

const NAMES: OptionNames = optionNames<MysqlTransactionOptions>({
  key: true,
  signal: true,
  deadlineMs: true,
  isolation: true,
  readOnly: true,
  retry: true,
});

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertTransactionOptions(work: unknown, options: MysqlTransactionOptions): void {
  assertTransaction(work, options, NAMES, ['read uncommitted', 'read committed', 'repeatable read', 'serializable']);
}

export function beginTexts({ isolation, readOnly }: MysqlTransactionOptions): readonly string[] {
  const begin = `START TRANSACTION${readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE'}`;
  return isolation === undefined ? [begin] : [`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, begin];
}
