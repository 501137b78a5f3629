// A service that needs a database: it registers a check that asks it by a pool, and says how often it was asked.
import { createServer } from 'node:http';
import { getDefaultBridge, getHealthRegistry } from '@crossbridge/core';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
pool.on('error', () => {});
let asked = 0;
getHealthRegistry().register('database', async () => {
  asked += 1;
  const { rows } = await pool.query('select current_database() as name');
  return { status: 'healthy', details: { name: rows[0].name, connectionString: process.env.DATABASE_URL } };
});

const server = createServer((_request, response) => {
  const recommendations = getDefaultBridge().isFeatureEnabled('recommendations');
  response.end(JSON.stringify({ asked, connections: pool.totalCount, recommendations }));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
