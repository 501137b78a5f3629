import { createBridge, InvalidArgumentError, isProbe, setDefaultBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { hardenDatabaseConnection, registerDatabaseHealthCheck } from '@crossbridge/integrations/database';
import { afterEach, describe, expect, it } from 'vitest';
import { never } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp(config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  return { clock, observer, bridge: createBridge(config, { clock, random: () => 0.5, observers: [observer] }) };
}

afterEach(() => setDefaultBridge(undefined));

describe('registerDatabaseHealthCheck', () => {
  const asked: unknown[] = [];
  const ask =
    (how: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      asked.push(how, ...args);
      return how;
    };

  it.each<[string, object, unknown[]]>([
    ['ping', { ping: ask('ping'), query: ask('query') }, ['ping']],
    ['query', { query: ask('query'), execute: ask('execute') }, ['query', 'SELECT 1']],
    ['execute', { execute: ask('execute') }, ['execute', 'SELECT 1']],
    ['the function itself', ask('function'), ['function']],
    [
      'the query of a function that has one',
      Object.assign(ask('function'), { query: ask('query') }),
      ['query', 'SELECT 1'],
    ],
  ])('asks by %s', async (_how, connection, expected) => {
    const { bridge } = setUp();
    asked.length = 0;
    registerDatabaseHealthCheck('database', connection, { bridge });
    expect(await bridge.health.run('database')).toMatchObject({ status: 'healthy', message: 'Database responding' });
    expect(asked).toEqual(expected);
  });

  it('sends the statement that it is given', async () => {
    const { bridge } = setUp();
    asked.length = 0;
    registerDatabaseHealthCheck('database', { query: ask('query') }, { bridge, query: 'SELECT 1 FROM dual' });
    await bridge.health.run('database');
    expect(asked).toEqual(['query', 'SELECT 1 FROM dual']);
  });

  it.each<[string, () => unknown, string]>([
    ['throws', () => Promise.reject(new Error('no route')), 'Check failed: Error: no route'],
    [
      'throws at once',
      () => {
        throw new Error('closed');
      },
      'Check failed: Error: closed',
    ],
    ['answers false', async () => false, 'The database answered false'],
  ])('is unhealthy when the database %s', async (_what, ping, message) => {
    const { bridge } = setUp();
    registerDatabaseHealthCheck('database', { ping }, { bridge });
    expect(await bridge.health.run('database')).toMatchObject({ status: 'unhealthy', message });
  });

  it('is unhealthy when no answer comes in time', async () => {
    const { bridge, clock } = setUp();
    registerDatabaseHealthCheck('database', { query: never }, { bridge, timeoutMs: 200 });
    const startedAtMs = clock.now();
    expect(await clock.run(bridge.health.run('database'))).toMatchObject({ status: 'unhealthy' });
    expect(clock.now() - startedAtMs).toBe(200);
  });

  it('is required as it is told, unless the config says otherwise', async () => {
    const { bridge } = setUp({ healthChecks: { providers: { replica: { required: false } } } });
    for (const name of ['primary', 'replica']) {
      registerDatabaseHealthCheck(name, { ping: async () => true }, { bridge, required: true });
      await bridge.health.run(name);
    }
    expect(bridge.health.snapshot().map(({ check, required }) => [check, required])).toEqual([
      ['primary', true],
      ['replica', false],
    ]);
  });

  it('looks at the connection itself, past limits and statistics', async () => {
    const { bridge, observer } = setUp({
      operations: { 'db.query': { rateLimit: { capacity: 1, windowSeconds: 60 } } },
    });
    let probe: boolean | undefined;
    const connection = hardenDatabaseConnection(
      {
        query: async () => {
          probe = isProbe();
        },
      },
      { bridge },
    );
    registerDatabaseHealthCheck('database', connection, { bridge });
    for (let run = 0; run < 3; run += 1) await bridge.health.run('database');
    expect(probe).toBe(true);
    expect(observer.ofType('call.started')).toEqual([]);
  });

  it('is registered with the default bridge when it is given none', () => {
    const { bridge } = setUp();
    setDefaultBridge(bridge);
    registerDatabaseHealthCheck('database', { ping: async () => true });
    expect(bridge.health.names()).toEqual(['database']);
  });

  it.each<[unknown, unknown, string]>([
    ['text', {}, 'must be an object with ping, query or execute, or a function that asks'],
    [{ select() {} }, {}, 'must be an object with ping, query or execute, or a function that asks'],
    [{ ping() {} }, { query: '' }, 'query of registerDatabaseHealthCheck must be a statement, got ""'],
    [{ ping() {} }, { timeout: 5 }, 'registerDatabaseHealthCheck has no option "timeout"; did you mean "timeoutMs"?'],
    [{ ping() {} }, { timeoutMs: -5 }, "timeoutMs of the health check 'database' must be"],
  ])('says what is wrong with %o, %o', (connection, options, message) => {
    const { bridge } = setUp();
    const register = (): void =>
      registerDatabaseHealthCheck('database', connection as object, { bridge, ...(options as object) });
    expect(register).toThrow(InvalidArgumentError);
    expect(register).toThrow(message);
  });
});
