// Calls that fail, each inside retries of the application's own: the first that the process makes of their kind. Prints how often servers were asked.
import { getDefaultBridge, NetworkError, retryWithBackoff } from '@crossbridge/core';
import Redis from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { failing } from '../failing-servers.cjs';

const calls = {
  'pg pool': {
    kind: 'closing',
    make: (port) => {
      const pool = new pg.Pool({ host: '127.0.0.1', port });
      return { call: () => pool.query('select 1'), end: () => pool.end() };
    },
  },
  mysql2: {
    kind: 'closing',
    make: (port) => {
      const pool = mysql.createPool({ host: '127.0.0.1', port });
      return { call: () => pool.query('select 1'), end: () => pool.end() };
    },
  },
  ioredis: {
    kind: 'loading',
    make: (port) => {
      const redis = new Redis(port, '127.0.0.1', { enableReadyCheck: false });
      return { call: () => redis.get('key'), end: () => redis.disconnect() };
    },
  },
  fetch: {
    kind: 'unavailable',
    make: (port) => ({
      call: async () => {
        const { ok, status } = await fetch(`http://127.0.0.1:${port}/`);
        if (!ok) throw new Error(`status ${status}`);
      },
      end: () => {},
    }),
  },
};

const around = {
  retryWithBackoff: (fn) => retryWithBackoff(fn, { maxAttempts: 3, baseDelayMs: 1, jitter: 'none' }),
  run: (fn) => getDefaultBridge().run('outer', fn),
};

const { kind, make } = calls[process.env.CALL];
const server = await failing(kind);
const { call, end } = make(server.port);
await around[process.env.AROUND](async () => {
  try {
    await call();
  } catch (error) {
    throw new NetworkError(error.message);
  }
}).catch(() => {});
console.log(`asked: ${server.asked}`);
await end();
server.close();
