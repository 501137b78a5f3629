const { failing } = require('../failing-servers.cjs');
const { status } = require('./calls.cjs');

// What the two applications beside this one do with the drivers that each has imported in its way: one call each, of a server that fails.
exports.main = async function main({ Pool, mysql, Redis }) {
  const closing = await failing('closing');
  const loading = await failing('loading');
  const at = { host: '127.0.0.1', port: closing.port };
  const pool = new Pool(at);
  const mysqlPool = mysql.createPool(at);
  const redis = new Redis(loading.port, '127.0.0.1', { enableReadyCheck: false });
  const asked = async (server, call) => {
    const before = server.asked;
    await call().catch(() => {});
    return server.asked - before;
  };
  const report = {
    pg: await asked(closing, () => pool.query('select 1')),
    mysql2: await asked(closing, () => mysqlPool.query('select 1')),
    ioredis: await asked(loading, () => redis.get('key')),
  };
  console.log(JSON.stringify({ node: process.version, report, status: await status() }));
  await pool.end();
  await mysqlPool.end();
  redis.disconnect();
  for (const server of [closing, loading]) server.close();
};
