import http from 'node:http';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

// Nothing of it connects before it is used.
export const clients = [
  new pg.Pool({ connectionString: 'postgres://shop:secret@db.example:5433/shop' }),
  mysql.createPool({ host: 'sql.example' }),
  new Redis({ host: 'redis.example', lazyConnect: true, maxRetriesPerRequest: null }),
];

// As axios and others send.
await new Promise((resolve, reject) => {
  http.get(process.env.UPSTREAM_URL, (response) => response.resume().on('end', resolve)).on('error', reject);
});
