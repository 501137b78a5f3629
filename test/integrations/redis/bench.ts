import { type Bridge, createBridge } from '@crossbridge/core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { OperationInput } from '../../support/bridges.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { startRedis } from '../../support/redis-server.ts';

/** A client of whichever driver, as far as the tests of both need it. */
export interface TestRedis {
  incr(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  /** INCR twice in one pipeline without a transaction. */
  incrTwice(key: string): Promise<unknown>;
  /** INCR twice in MULTI. */
  incrTwiceAtOnce(key: string): Promise<unknown>;
  /** BLPOP. */
  pop(key: string): Promise<unknown>;
  push(key: string, value: string): Promise<unknown>;
  fail(): Promise<unknown>;
  end(): Promise<void>;
}

export interface RedisBench {
  readonly server: DatabaseServer;
  readonly proxy: FaultProxy;
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
  configure(operation: OperationInput): void;
  client(): Promise<TestRedis>;
}

export const RETRIES: OperationInput = {
  retry: { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5, exponentialBase: 2, jitter: 'none' },
};

export function redisBench(connect: (port: number, bridge: Bridge) => Promise<TestRedis>): RedisBench {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  let bridge: Bridge;
  let observer: RecordingObserver;
  const clients: TestRedis[] = [];
  const configure = (operation: OperationInput): void => {
    observer = new RecordingObserver();
    bridge = createBridge({ operations: { 'redis.command': operation } }, { observers: [observer] });
  };
  beforeAll(async () => {
    server = await startRedis();
    proxy = await startFaultProxy(server.port);
  });
  beforeEach(() => configure(RETRIES));
  afterEach(async () => {
    proxy.calm();
    server.resume();
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  return {
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
    get bridge() {
      return bridge;
    },
    get observer() {
      return observer;
    },
    configure,
    async client() {
      const client = await connect(proxy.port, bridge);
      clients.push(client);
      return client;
    },
  };
}
