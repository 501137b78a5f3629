import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { type HardenDatabaseConnectionOptions, hardenDatabaseConnection } from '@crossbridge/integrations/database';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { failures } from './database-errors.ts';

class Connection {
  readonly seen: string[] = [];
  readonly #failures: Error[] = [];

  fail(...errors: Error[]): void {
    this.#failures.push(...errors);
  }

  async query(text: string): Promise<readonly string[]> {
    this.seen.push(text);
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    return [text];
  }

  run(text: string): number {
    this.seen.push(text);
    return text.length;
  }

  beginTransaction(): string {
    this.seen.push('beginTransaction()');
    return 'begun';
  }

  async commit(): Promise<void> {
    this.seen.push('commit()');
  }

  escape(text: string): string {
    return `'${text}'`;
  }
}

function setUp(options: HardenDatabaseConnectionOptions<'query' | 'execute'> = {}, config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  const original = new Connection();
  const connection = hardenDatabaseConnection(original, { bridge, ...options });
  return { bridge, clock, observer, original, connection };
}

describe('a hardened connection', () => {
  it('runs its statements as calls of db.query, and leaves all else as it is', async () => {
    const { connection, observer } = setUp();
    expectTypeOf(connection).toEqualTypeOf<Connection>();
    expect(await connection.query('SELECT 1')).toEqual(['SELECT 1']);
    expect([connection.run('abc'), connection.escape('a')]).toEqual([3, "'a'"]);
    expect(observer.ofType('call.ended').map(({ call, outcome }) => [call.operation, outcome])).toEqual([
      ['db.query', 'success'],
    ]);
  });

  it.each([
    ['could not be sent', failures.unreachable, 2],
    ['was rolled back', failures.deadlock, 2],
    ['was lost', failures.reset, 1],
    ['is wrong', failures.duplicate, 1],
  ] as const)('runs a statement as often as is safe when it %s', async (_what, error, expected) => {
    const { connection, clock, original } = setUp();
    original.fail(error(), error(), error());
    await rejection(clock.run(connection.query('INSERT INTO t VALUES (1)')));
    expect(original.seen).toHaveLength(expected);
  });

  it('runs one whose answer was lost again where the option says so of that call', async () => {
    const { connection, clock, original } = setUp({
      idempotent: ({ method, args }) => method === 'query' && String(args[0]).startsWith('SELECT'),
    });
    original.fail(failures.reset());
    await clock.run(connection.query('SELECT 1'));
    original.fail(failures.reset());
    await rejection(clock.run(connection.query('INSERT INTO t VALUES (1)')));
    expect(original.seen).toEqual(['SELECT 1', 'SELECT 1', 'INSERT INTO t VALUES (1)']);
  });

  it('hardens the methods that it is told', async () => {
    const { bridge } = setUp();
    const original = new Connection();
    const connection = hardenDatabaseConnection(original, { bridge, methods: ['run', 'exec'], operation: 'db.write' });
    expectTypeOf(connection.run).toEqualTypeOf<(text: string) => Promise<number>>();
    expect(await connection.run('abc')).toBe(3);
    expect(bridge.state.operations().map(({ operation }) => operation)).toContain('db.write');
  });

  it('limits each key for itself, by a function of the call', async () => {
    const { connection } = setUp(
      { rateLimitKey: ({ args }) => `shard:${String(args[0])}` },
      { operations: { 'db.query': { rateLimit: { capacity: 1, windowSeconds: 60 } } } },
    );
    await connection.query('a');
    await connection.query('b');
    expect(await rejection(connection.query('a'))).toMatchObject({ code: 'rate_limited', key: 'shard:a' });
  });
});

describe('a transaction on a hardened connection', () => {
  it.each([
    ['rolled back', failures.deadlock],
    ['not sent', failures.unreachable],
  ])('repeats no statement that was %s: only the whole of it could be', async (_what, error) => {
    const { connection, clock, original } = setUp({ idempotent: true });
    await connection.query('BEGIN');
    original.fail(error());
    await rejection(clock.run(connection.query('UPDATE t SET n = 1')));
    expect(original.seen).toEqual(['BEGIN', 'UPDATE t SET n = 1']);
    await connection.query('ROLLBACK');
    original.fail(error());
    await clock.run(connection.query('UPDATE t SET n = 1'));
    expect(original.seen.slice(2)).toEqual(['ROLLBACK', 'UPDATE t SET n = 1', 'UPDATE t SET n = 1']);
  });

  it('begins when the database can be reached again', async () => {
    const { connection, clock, original } = setUp();
    original.fail(failures.unreachable());
    await clock.run(connection.query('BEGIN'));
    expect(original.seen).toEqual(['BEGIN', 'BEGIN']);
  });

  it('is seen when methods begin and end it, which work as before', async () => {
    const { connection, clock, original } = setUp();
    expect(connection.beginTransaction()).toBe('begun');
    original.fail(failures.deadlock());
    await rejection(clock.run(connection.query('UPDATE t SET n = 1')));
    await connection.commit();
    original.fail(failures.deadlock());
    await clock.run(connection.query('UPDATE t SET n = 1'));
    expect(original.seen).toHaveLength(5);
  });

  it.each(['COMMIT', 'ROLLBACK'])('is ended by %s whatever the policies say', async (end) => {
    const { bridge, connection, original } = setUp(
      {},
      { operations: { 'db.query': { rateLimit: { capacity: 1, windowSeconds: 60 }, circuitBreaker: true } } },
    );
    await connection.query('BEGIN');
    bridge.circuitBreaker('db.query')?.isolate();
    expect(await connection.query(end)).toEqual([end]);
    expect(original.seen).toEqual(['BEGIN', end]);
    original.fail(failures.deadlock());
    expect(await rejection(connection.query(end))).toMatchObject({ code: '40P01' });
  });
});

describe('calls that are no promises', () => {
  it('are left alone where the method is an async generator', async () => {
    const { bridge, observer } = setUp();
    const client = {
      async *query(text: string) {
        yield text;
      },
    };
    const { value } = await hardenDatabaseConnection(client, { bridge }).query('row').next();
    expect([value, observer.ofType('call.started')]).toEqual(['row', []]);
  });

  it('are left alone where they take a callback', () => {
    const { bridge, observer } = setUp();
    const told: unknown[] = [];
    const callbacks = {
      query(text: string, done: (error: unknown, rows: readonly string[]) => void): string {
        done(null, [text]);
        return 'a query';
      },
    };
    const hardened = hardenDatabaseConnection(callbacks as { query: (...args: never) => unknown }, { bridge });
    const result = (hardened as unknown as typeof callbacks).query('SELECT 1', (_error, rows) => told.push(rows));
    expect([result, told]).toEqual(['a query', [['SELECT 1']]]);
    expect(observer.ofType('call.started')).toEqual([]);
  });

  it('are left alone where they hand over a query object', () => {
    const { bridge } = setUp();
    const client = { query: (query: object) => query };
    const cursor = { submit() {} };
    expect(hardenDatabaseConnection(client, { bridge }).query(cursor)).toBe(cursor);
  });
});

describe('hardenDatabaseConnection says what is wrong', () => {
  it.each<[unknown, unknown, string]>([
    [
      {},
      {},
      'The first argument of hardenDatabaseConnection must be an object with the method query or execute, got one without',
    ],
    [
      new Connection(),
      { methods: ['exec'] },
      'The first argument of hardenDatabaseConnection must be an object with the method exec, got one without',
    ],
    [
      new Connection(),
      { methods: 'run' },
      'methods of hardenDatabaseConnection must be a list of names of methods, got "run"',
    ],
    [
      new Connection(),
      { idempotent: 'reads' },
      'idempotent of hardenDatabaseConnection must be true, false or a function of the call, got "reads"',
    ],
    [
      new Connection(),
      { retrypolicy: 'quick' },
      'hardenDatabaseConnection has no option "retrypolicy"; did you mean "retryPolicy"?',
    ],
  ])('%o, %o', (given, options, message) => {
    let thrown: unknown;
    try {
      hardenDatabaseConnection(given as object, options as never);
    } catch (error) {
      thrown = error;
    }
    expect(isCrossbridgeError(thrown) && thrown.code).toBe('invalid_argument');
    expect((thrown as Error).message).toBe(message);
  });
});
