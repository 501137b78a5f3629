import { describe, expect, it } from 'vitest';
import { TransactionWatch } from '../../../packages/integrations/src/database/transaction-watch.ts';

function run(watch: TransactionWatch, ...statements: unknown[]): boolean {
  for (const statement of statements) {
    watch.begin([statement]);
    watch.end();
  }
  return watch.inside;
}

describe('a connection whose driver says nothing', () => {
  it.each([
    ['BEGIN'],
    ['begin;'],
    ['  START   TRANSACTION READ ONLY'],
    ['-- note\n/* and another */ BEGIN'],
    ['SAVEPOINT a'],
    [{ text: 'BEGIN' }],
    [{ sql: 'START TRANSACTION' }],
    ['XA START "a"'],
    ['SET autocommit = 0'],
    ['SET SESSION autocommit=OFF'],
  ])('is inside a transaction after %o', (statement) => {
    const watch = new TransactionWatch({});
    expect(watch.inside).toBe(false);
    expect(run(watch, statement, 'INSERT INTO t VALUES (1)')).toBe(true);
  });

  it.each([
    'COMMIT',
    'commit work',
    'END',
    'ROLLBACK',
    'rollback;',
    'ABORT',
    '/* x */ ROLLBACK',
    "PREPARE TRANSACTION 'a'",
  ])('is outside again after %s', (statement) => {
    const watch = new TransactionWatch({});
    run(watch, 'BEGIN');
    expect(watch.begin([statement])).toBe(true);
    expect(watch.inside).toBe(false);
  });

  it.each(['ROLLBACK TO a', 'ROLLBACK WORK TO SAVEPOINT a', 'RELEASE SAVEPOINT a', 'COMMIT AND CHAIN', 'SELECT 1'])(
    'is still inside after %s',
    (statement) => {
      expect(run(new TransactionWatch({}), 'BEGIN', statement)).toBe(true);
    },
  );

  it.each(['SELECT begin FROM t', 'beginning', 'INSERT INTO commit VALUES (1)', '', 'SET autocommit = 1'])(
    'takes nothing for a transaction that only looks like one: %s',
    (statement) => {
      const watch = new TransactionWatch({});
      expect(watch.begin([statement])).toBe(false);
      expect(watch.inside).toBe(false);
    },
  );

  it('is inside one after another while it does not commit by itself', () => {
    const watch = new TransactionWatch({});
    expect(run(watch, 'SET autocommit=0', 'INSERT INTO t VALUES (1)', 'COMMIT')).toBe(true);
    expect(run(watch, 'SET autocommit=1')).toBe(false);
  });

  it('reads a long run of blanks and comments in no time', () => {
    const blanks = ' \n'.repeat(200_000);
    expect(run(new TransactionWatch({}), `${blanks}/* ${blanks} */ BEGIN`)).toBe(true);
    expect(run(new TransactionWatch({}), `${blanks}/* ${blanks}`)).toBe(false);
  });
});

describe('a connection whose driver tells', () => {
  it.each([
    ['pg', (inside: boolean) => ({ getTransactionStatus: () => (inside ? 'T' : 'I') })],
    ['pg after an error', (inside: boolean) => ({ getTransactionStatus: () => (inside ? 'E' : 'I') })],
    ['node:sqlite', (isTransaction: boolean) => ({ isTransaction })],
    ['better-sqlite3', (inTransaction: boolean) => ({ inTransaction })],
  ])('is where it says: %s', (_driver, connection) => {
    expect(new TransactionWatch(connection(true)).inside).toBe(true);
    expect(new TransactionWatch(connection(false)).inside).toBe(false);
  });

  it('is outside again when the driver says so of a transaction that never began', () => {
    expect(run(new TransactionWatch({ getTransactionStatus: () => 'I' }), 'BEGIN')).toBe(false);
  });

  it('is inside from the moment that BEGIN is on its way, whatever ends meanwhile', () => {
    const watch = new TransactionWatch({ getTransactionStatus: () => 'I' });
    watch.begin(['SELECT 1']);
    watch.begin(['BEGIN']);
    watch.end();
    expect(watch.inside).toBe(true);
  });

  it('goes by the statements where the driver does not know', () => {
    const watch = new TransactionWatch({ getTransactionStatus: () => null });
    expect(run(watch, 'BEGIN')).toBe(true);
  });
});
