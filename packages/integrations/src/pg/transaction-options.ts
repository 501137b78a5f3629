import { type OptionNames, optionNames } from '@crossbridge/core';
import { type AnyTransactionOptions, assertTransaction } from '../sql/transaction-options.ts';

/** How one transaction is run. */
export interface TransactionOptions extends AnyTransactionOptions {
  /** Default: what the server has as its default, `read committed` unless somebody changed that. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable' | undefined;
  /** With `serializable` and `readOnly`: waits for a moment in which it cannot fail. */
  readonly deferrable?: boolean | undefined;
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

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertTransactionOptions(work: unknown, options: TransactionOptions): void {
  assertTransaction(work, options, NAMES, ['read committed', 'repeatable read', 'serializable']);
}

export function beginText({ isolation, readOnly, deferrable }: TransactionOptions): string {
  const modes = [
    isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation.toUpperCase()}`,
    readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE',
    deferrable === undefined ? '' : deferrable ? ' DEFERRABLE' : ' NOT DEFERRABLE',
  ];
  return `BEGIN${modes.join('')}`;
}
