type Statement = 'opens' | 'ends' | 'other';

/** Leading blanks and comments. */
const LEAD = /^(?:\s|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)*/;
const OPENS = /^(?:begin|start\s+transaction|savepoint|xa\s+(?:begin|start))\b/i;
const ENDS =
  /^(?:commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b)|prepare\s+transaction|xa\s+(?:commit|rollback))\b/i;
const CHAINS = /\band\s+chain\b/i;
const AUTOCOMMIT = /^set\s+(?:session\s+|@@(?:session\.)?)?autocommit\s*=\s*(0|off|false)?/i;

/**
 * Knows whether a connection is inside a transaction: from its driver where that tells (pg, `node:sqlite`, better-sqlite3), else by the
 * statements and methods that go by. When in doubt it is: what is repeated there by mistake is lost, or done outside of it.
 */
export class TransactionWatch {
  readonly #connection: object;
  #open = false;
  #autocommit = true;
  #pending = 0;

  constructor(connection: object) {
    this.#connection = connection;
  }

  get inside(): boolean {
    return this.#open || !this.#autocommit || statusOf(this.#connection) === true;
  }

  /**
   * Takes note of a statement that is about to run.
   *
   * @returns whether it ends a transaction
   */
  begin(args: readonly unknown[]): boolean {
    this.#pending += 1;
    const text = textOf(args[0]);
    const autocommit = AUTOCOMMIT.exec(text);
    if (autocommit !== null) this.#autocommit = autocommit[1] === undefined;
    const kind = kindOf(text);
    if (kind === 'opens') this.#open = true;
    if (kind === 'ends') this.#open = CHAINS.test(text);
    return kind === 'ends';
  }

  /** Takes note that a statement has ended, well or not. What the driver says counts when no other one is on its way. */
  end(): void {
    this.#pending -= 1;
    const status = statusOf(this.#connection);
    if (this.#pending === 0 && status !== undefined) this.#open = status;
  }

  /** Takes note of a method that opens or ends a transaction. */
  set(open: boolean): void {
    this.#open = open;
  }
}

function kindOf(text: string): Statement {
  if (OPENS.test(text)) return 'opens';
  return ENDS.test(text) ? 'ends' : 'other';
}

/** The statement: a text, or what drivers take in its place (`{ text }` of pg, `{ sql }` of mysql2, an object that is its text). */
function textOf(statement: unknown): string {
  const { text, sql } = (statement ?? {}) as { readonly text?: unknown; readonly sql?: unknown };
  const found = [statement, text, sql].find((candidate) => typeof candidate === 'string');
  return typeof found === 'string' ? found.replace(LEAD, '') : '';
}

/** What the driver says; undefined when it says nothing. */
function statusOf(connection: object): boolean | undefined {
  const { getTransactionStatus, isTransaction, inTransaction } = connection as {
    readonly getTransactionStatus?: unknown;
    readonly isTransaction?: unknown;
    readonly inTransaction?: unknown;
  };
  if (typeof getTransactionStatus === 'function') {
    const status: unknown = getTransactionStatus.call(connection);
    return typeof status === 'string' ? status !== 'I' : undefined;
  }
  return [isTransaction, inTransaction].find((status) => typeof status === 'boolean');
}
