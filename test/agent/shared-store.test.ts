import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentStore, driverOf } from '../../packages/agent/src/shared-store.ts';

const STORE = {
  type: 'redis',
  url: 'redis://localhost',
  cluster: false,
  onStoreError: 'local',
  expectedProcesses: 1,
  budgetMs: 50,
  leases: true,
  prefix: 'cb:',
} as const;

describe('the driver for the store of shared limits', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'crossbridge-drivers-'));
    for (const [app, ...drivers] of [['none'], ['one', 'redis'], ['both', 'ioredis', 'redis']] as const) {
      mkdirSync(join(directory, app));
      for (const driver of drivers) {
        const home = join(directory, app, 'node_modules', driver);
        mkdirSync(home, { recursive: true });
        writeFileSync(join(home, 'index.js'), 'throw new Error("not to be loaded yet");');
      }
    }
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const nameFor = (...apps: string[]) => {
    const driver = driverOf(
      STORE,
      apps.map((app) => join(directory, app, 'server.js')),
    );
    return typeof driver === 'string' ? driver : driver.name;
  };

  it('is what the application has installed, ioredis first, and is not loaded for that', () => {
    expect(nameFor('one')).toBe('redis');
    expect(nameFor('both')).toBe('ioredis');
  });

  it('is looked for where the program is, and only then in the working directory', () => {
    expect(nameFor('one', 'both')).toBe('redis');
    expect(nameFor('none', 'both')).toBe('ioredis');
  });

  it('is named, both of them, when there is none', () => {
    expect(nameFor('none')).toBe(
      'rate_limiting.store has a url, and the application has installed no client for it: npm install ioredis, or npm install redis',
    );
  });

  it('is told to speak TLS with every server of a cluster, and who it is, by the url of one', () => {
    const home = join(directory, 'cluster', 'node_modules', 'redis');
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'index.js'),
      'exports.createCluster = (all) => { throw new Error(JSON.stringify(all)); };',
    );
    const connecting = (url: string) => () => {
      const driver = driverOf({ ...STORE, url, cluster: true }, [join(directory, 'cluster', 'server.js')]);
      if (typeof driver === 'object') driver.connect();
    };
    expect(connecting('rediss://me:p%40ss@one:1')).toThrow(
      '"defaults":{"username":"me","password":"p@ss","socket":{"tls":true}}',
    );
    expect(connecting('redis://one:1')).toThrow('"defaults":{}');
  });

  it('is asked for nothing without a url', () => {
    expect(driverOf({ ...STORE, url: null })).toBe(
      'rate_limiting.store needs a url, such as redis://localhost:6379: the agent connects to it by itself',
    );
  });

  it('that cannot be loaded leaves a store that fails, and a close that does nothing', async () => {
    const store = new AgentStore();
    const driver = driverOf(STORE, [join(directory, 'one', 'server.js')]);
    expect(() => typeof driver === 'object' && store.connect(driver)).toThrow('not to be loaded yet');
    await expect(Promise.all(store.send([{ key: 'k', words: ['PING'] }]))).rejects.toThrow('no connection');
    await expect(store.close()).resolves.toBeUndefined();
  });
});
