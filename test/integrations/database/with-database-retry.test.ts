import { createBridge, InvalidArgumentError, setDefaultBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { hardenDatabaseConnection, withDatabaseRetry } from '@crossbridge/integrations/database';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { failing, plainRetry, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { failures } from './database-errors.ts';

function setUp(config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  return { bridge, clock, observer };
}

afterEach(() => setDefaultBridge(undefined));

describe('a function with database retry', () => {
  async function attempts(error: () => Error, options: object = {}, config: RuntimeConfigInput = {}): Promise<number> {
    const { bridge, clock } = setUp(config);
    const fn = failing(Array.from({ length: 20 }, error), 'rows');
    await rejection(clock.run(withDatabaseRetry({ bridge, ...options })(fn)()));
    return fn.calls;
  }

  it.each([
    ['the database could not be reached', failures.unreachable, 2],
    ['PostgreSQL rolled it back', failures.deadlock, 2],
    ['MySQL rolled it back', failures.mysqlDeadlock, 2],
    ['its answer was lost', failures.reset, 1],
    ['it is wrong itself', failures.duplicate, 1],
    ['only the text of the error speaks of it', failures.words, 1],
  ] as const)('runs as often as is safe when %s', async (_what, error, expected) => {
    expect(await attempts(error)).toBe(expected);
  });

  it('runs again although its answer was lost where that does no harm', async () => {
    expect(await attempts(failures.reset, { idempotent: true })).toBe(2);
    expect(await attempts(failures.duplicate, { idempotent: true })).toBe(1);
  });

  it('goes by the option, else by the config of its operation, else by `quick`', async () => {
    const config: RuntimeConfigInput = { operations: { 'db.query': { retry: { ...plainRetry, maxAttempts: 4 } } } };
    expect(await attempts(failures.deadlock, {}, config)).toBe(4);
    expect(await attempts(failures.deadlock, { policy: 'conservative' }, config)).toBe(3);
    expect(await attempts(failures.deadlock, { policy: { maxAttempts: 6 } }, config)).toBe(6);
    expect(await attempts(failures.deadlock, { policy: false }, config)).toBe(1);
    expect(await attempts(failures.deadlock, { operation: 'db.report' }, config)).toBe(2);
    expect(await attempts(failures.deadlock, {}, { retry: { enabled: false } })).toBe(1);
  });

  it('keeps this, arguments, name, length and type, and gives the last error as the same object', async () => {
    const { bridge, clock } = setUp();
    const error = failures.deadlock();
    async function transfer(this: { readonly bank: string }, from: string, amount: number): Promise<string> {
      if (amount > 10) throw error;
      return `${this.bank}: ${amount} from ${from}`;
    }
    const wrapped = withDatabaseRetry({ bridge })(transfer);
    expectTypeOf(wrapped).toEqualTypeOf(transfer);
    expect([wrapped.name, wrapped.length]).toEqual(['transfer', 2]);
    expect(await wrapped.call({ bank: 'b' }, 'a', 5)).toBe('b: 5 from a');
    expect(await rejection(clock.run(wrapped.call({ bank: 'b' }, 'a', 50)))).toBe(error);
  });

  it('wraps without options, and makes a synchronous function return a promise', async () => {
    const { bridge, clock } = setUp();
    setDefaultBridge(bridge);
    let calls = 0;
    const wrapped = withDatabaseRetry((id: number) => {
      calls += 1;
      if (calls === 1) throw failures.deadlock();
      return id * 2;
    });
    expectTypeOf(wrapped).returns.toEqualTypeOf<Promise<number>>();
    expect(await clock.run(wrapped(4))).toBe(8);
  });

  it('is a call of its operation: limited by the key of each call, and seen', async () => {
    const { bridge, observer } = setUp({
      operations: { 'db.query': { rateLimit: { capacity: 1, windowSeconds: 60 } } },
    });
    const wrapped = withDatabaseRetry({ bridge, rateLimitKey: ({ method, args }) => `${method}:${String(args[0])}` })(
      async function find(id: number) {
        return id;
      },
    );
    await wrapped(1);
    await wrapped(2);
    expect(await rejection(wrapped(1))).toMatchObject({ code: 'rate_limited', key: 'find:1' });
    expect(observer.ofType('call.started').map(({ call }) => [call.operation, call.key])).toEqual([
      ['db.query', 'find:1'],
      ['db.query', 'find:2'],
      ['db.query', 'find:1'],
    ]);
  });

  it('ends with a signal among its arguments', async () => {
    const { bridge } = setUp();
    const controller = new AbortController();
    const wrapped = withDatabaseRetry({ bridge })((_options: { signal: AbortSignal }) => new Promise<never>(() => {}));
    const call = rejection(wrapped({ signal: controller.signal }));
    controller.abort('gone');
    expect(await call).toBe('gone');
  });
});

describe('hardened calls inside a function with database retry', () => {
  it('do not multiply its attempts', async () => {
    const { bridge, clock } = setUp();
    const query = failing(Array.from({ length: 20 }, failures.deadlock), []);
    const connection = hardenDatabaseConnection(
      { query },
      { bridge, operation: 'db.statement', retryPolicy: 'expensive' },
    );
    const inner = withDatabaseRetry({ bridge, policy: 'expensive' })(() => connection.query());
    await rejection(clock.run(withDatabaseRetry({ bridge })(inner)()));
    expect(query.calls).toBe(2);
  });

  it('need no second slot or token of the same operation', async () => {
    const { bridge, clock, observer } = setUp({
      operations: { 'db.query': { bulkhead: { limit: 1, queue: 5 }, rateLimit: { capacity: 1, windowSeconds: 60 } } },
    });
    const connection = hardenDatabaseConnection({ query: async (text: string) => text.length }, { bridge });
    const work = withDatabaseRetry({ bridge })(async () => [await connection.query('a'), await connection.query('bb')]);
    expect(await clock.run(work())).toEqual([1, 2]);
    expect(observer.ofType('call.started')).toHaveLength(1);
  });

  it('are calls of their own once the function has ended', async () => {
    const { bridge, clock, observer } = setUp();
    const connection = hardenDatabaseConnection({ query: async () => 1 }, { bridge });
    const gate = Promise.withResolvers<void>();
    let left: Promise<number> | undefined;
    await clock.run(
      withDatabaseRetry({ bridge })(async () => {
        left = gate.promise.then(() => connection.query());
      })(),
    );
    gate.resolve();
    await left;
    expect(observer.ofType('call.started')).toHaveLength(2);
  });
});

describe('the decorator withDatabaseRetry', () => {
  const context = { kind: 'method', name: 'find', static: false, private: false } as ClassMethodDecoratorContext;

  function service() {
    return class Service {
      #failures = 1;
      async find(id: number): Promise<string> {
        if (this.#failures > 0) {
          this.#failures -= 1;
          throw failures.deadlock();
        }
        return `row ${id}`;
      }
    };
  }

  it.each(['with', 'without'])('wraps a method, %s parentheses, of each instance for itself', async (how) => {
    const { bridge, clock } = setUp();
    setDefaultBridge(bridge);
    const Service = service();
    // What `@withDatabaseRetry({ policy: 'quick' })` and `@withDatabaseRetry` before the method compile to.
    Service.prototype.find =
      how === 'with'
        ? withDatabaseRetry({ policy: 'quick' })(Service.prototype.find, context)
        : withDatabaseRetry(Service.prototype.find, context);
    expect(Service.prototype.find.name).toBe('find');
    expect(await clock.run(new Service().find(7))).toBe('row 7');
    expect(await clock.run(new Service().find(8))).toBe('row 8');
  });

  it('needs no bridge before the method is called', () => {
    process.env.CROSSBRIDGE_CONFIG = '/nowhere/crossbridge.yml';
    try {
      expect(withDatabaseRetry({ policy: 'unknown' })(async () => 1)).toBeTypeOf('function');
    } finally {
      delete process.env.CROSSBRIDGE_CONFIG;
    }
  });

  it('says at the call that the config has no such policy', async () => {
    const { bridge } = setUp();
    const call = withDatabaseRetry({ policy: 'quik', bridge })(async () => 1)();
    expect(await rejection(call)).toMatchObject({
      message: 'No retry policy is called "quik"; did you mean "quick"?',
    });
  });

  it.each([
    ['with parentheses', (...args: unknown[]) => (withDatabaseRetry({}) as (...args: unknown[]) => unknown)(...args)],
    ['without', (...args: unknown[]) => (withDatabaseRetry as (...args: unknown[]) => unknown)(...args)],
  ])('says what to do where the compiler calls it as decorators once were, %s', (_how, decorate) => {
    class Service {
      async find(): Promise<void> {}
      static async all(): Promise<void> {}
    }
    const message =
      '@withDatabaseRetry is a standard decorator: switch experimentalDecorators off in tsconfig.json, or write withDatabaseRetry(fn)';
    const target = Service.prototype;
    expect(() => decorate(target, 'find', Object.getOwnPropertyDescriptor(target, 'find'))).toThrow(message);
    expect(() => decorate(Service, 'all', Object.getOwnPropertyDescriptor(Service, 'all'))).toThrow(message);
  });

  it.each(['field', 'class', 'getter', 'accessor'])('refuses to decorate a %s', (kind) => {
    const decorate = (): unknown => withDatabaseRetry({})(async () => 1, { kind } as never);
    expect(decorate).toThrow(`withDatabaseRetry wraps functions and methods, not a ${kind}`);
  });

  it('refuses an async generator, whose items it could not take back', () => {
    const list = async function* () {
      yield 1;
    };
    expect(() => withDatabaseRetry(list)).toThrow('cannot take back the items of an async generator');
    expect(() => withDatabaseRetry({})(list as never)).toThrow('cannot take back the items of an async generator');
  });
});

describe('withDatabaseRetry says what is wrong', () => {
  it.each<[unknown, string]>([
    [null, 'The options of withDatabaseRetry must be an object, got null'],
    [{ retryPolicy: 'quick' }, 'withDatabaseRetry has no option "retryPolicy"'],
    [{ policy: 5 }, 'policy of withDatabaseRetry must be the name of a retry policy, a policy, or false, got 5'],
    [{ policy: { maxAttempts: -1 } }, 'maxAttempts must be a whole number of at least 1, got -1'],
    [{ idempotent: 'yes' }, 'idempotent of withDatabaseRetry must be true or false, got "yes"'],
    [{ operation: '' }, 'operation of withDatabaseRetry must be the name of an operation, got ""'],
    [{ bridge: 5 }, 'bridge of withDatabaseRetry must be a bridge (see createBridge), got 5'],
  ])('%o', (options, message) => {
    const wrap = (): unknown => withDatabaseRetry(options as object);
    expect(wrap).toThrow(InvalidArgumentError);
    expect(wrap).toThrow(message);
  });

  it('refuses to wrap what is no function', () => {
    expect(() => withDatabaseRetry()('text' as never)).toThrow(
      'withDatabaseRetry wraps functions and methods, not string',
    );
  });
});
