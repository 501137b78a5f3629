import { type SqlDialect, statementsOf, type Tokens } from './lexer.ts';

/** What can be told of a text of SQL from the text alone. Where there is doubt, each field says what is safe to assume. */
export interface SqlText {
  /**
   * It looks as if it only read: SELECT, VALUES, TABLE, SHOW and EXPLAIN without locks, without data-modifying WITH and INTO. Functions
   * that it calls may still do anything.
   */
  readonly reads: boolean;
  /** When it fails it leaves nothing behind: it is one statement, or several that are one transaction. */
  readonly atomic: boolean;
  /** It begins or ends a transaction; savepoints do neither. */
  readonly controls: boolean;
}

const READS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'EXPLAIN', '(']);
/** Words that make a write, or take locks, of what began like a read. */
const NOT_READING: ReadonlySet<string> = new Set([
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'REPLACE',
  'INTO',
  'FOR',
  'LOCK',
  'ANALYZE',
  'ANALYSE',
  'EXECUTE',
  'CREATE',
  'REFRESH',
  'NEXTVAL',
  'SETVAL',
]);
const CONTROLS: ReadonlySet<string> = new Set([
  'BEGIN',
  'START',
  'COMMIT',
  'END',
  'ROLLBACK',
  'ABORT',
  'PREPARE',
  'XA',
]);
/** They may commit in their midst. */
const PROCEDURES: ReadonlySet<string> = new Set(['CALL', 'DO']);
/** To MySQL they end the transaction that is open. */
const COMMITTING: ReadonlySet<string> = new Set([
  'CREATE',
  'ALTER',
  'DROP',
  'RENAME',
  'TRUNCATE',
  'LOCK',
  'UNLOCK',
  'SET',
]);

const known = new Map<string, SqlText>();
const KNOWN_TEXTS = 500;
const LONGEST_KNOWN = 10_000;

/** Reads a text of SQL. The latest are remembered: programs have few of them. */
export function readSql(text: string, dialect: SqlDialect): SqlText {
  const key = dialect + text;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const read = analyse(statementsOf(text, dialect), dialect);
  if (text.length > LONGEST_KNOWN) return read;
  if (known.size >= KNOWN_TEXTS) known.delete(known.keys().next().value as string);
  known.set(key, read);
  return read;
}

function analyse(statements: readonly Tokens[], dialect: SqlDialect): SqlText {
  const controls = statements.some((tokens) => controlsTransaction(tokens, dialect));
  const single = statements.length === 1;
  const procedure = statements.some((tokens) => PROCEDURES.has(tokens[0] as string));
  return {
    reads: statements.length > 0 && statements.every(isRead),
    // Several statements of one message are one transaction to PostgreSQL; to MySQL each is its own.
    atomic: !procedure && !controls && (single || dialect === 'postgres'),
    controls,
  };
}

function isRead(tokens: Tokens): boolean {
  return READS.has(tokens[0] as string) && !tokens.some((token) => NOT_READING.has(token));
}

function controlsTransaction(tokens: Tokens, dialect: SqlDialect): boolean {
  const [first = '', second, third] = tokens;
  if (dialect === 'mysql' && (COMMITTING.has(first) || first === '/')) return true;
  if (!CONTROLS.has(first)) return false;
  if (first === 'PREPARE') return second === 'TRANSACTION';
  if (first !== 'ROLLBACK') return true;
  // ROLLBACK [WORK | TRANSACTION] TO [SAVEPOINT] name
  return second !== 'TO' && third !== 'TO';
}
