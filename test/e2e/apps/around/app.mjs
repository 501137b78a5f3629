// Calls that fail, each inside retries of the application's own: the first that the process makes of their kind. Prints how often servers were asked.
import http from 'node:http';
import { createServer } from 'node:net';
import { getDefaultBridge, NetworkError, retryWithBackoff } from '@crossbridge/core';
import Redis from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

let asked = 0;

const kinds = {
  /** Closes each connection before a word is said. */
  closing: () =>
    createServer((socket) => {
      asked += 1;
      socket.destroy();
    }),
  unavailable: () =>
    http.createServer((_, response) => {
      asked += 1;
      response.writeHead(503).end();
    }),
  loading: () =>
    createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const command of data.toString().split('*').slice(1)) {
          const isCall = command.includes('get');
          if (isCall) asked += 1;
          socket.write(isCall ? '-LOADING Redis is loading the dataset in memory\r\n' : '+OK\r\n');
        }
      });
    }),
};

const calls = {
  'pg pool': {
    server: kinds.closing,
    make: (port) => {
      const pool = new pg.Pool({ host: '127.0.0.1', port });
      return { call: () => pool.query('select 1'), end: () => pool.end() };
    },
  },
  mysql2: {
    server: kinds.closing,
    make: (port) => {
      const pool = mysql.createPool({ host: '127.0.0.1', port });
      return { call: () => pool.query('select 1'), end: () => pool.end() };
    },
  },
  ioredis: {
    server: kinds.loading,
    make: (port) => {
      const redis = new Redis(port, '127.0.0.1', { enableReadyCheck: false });
      return { call: () => redis.get('key'), end: () => redis.disconnect() };
    },
  },
  fetch: {
    server: kinds.unavailable,
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

const { server: start, make } = calls[process.env.CALL];
const server = start();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { call, end } = make(server.address().port);
await around[process.env.AROUND](async () => {
  try {
    await call();
  } catch (error) {
    throw new NetworkError(error.message);
  }
}).catch(() => {});
console.log(`asked: ${asked}`);
await end();
server.close();
