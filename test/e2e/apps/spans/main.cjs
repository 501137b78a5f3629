// One request to a service of our own, which asks everything that the two applications beside this file have imported in their way.
exports.main = async function main({ createServer, request, Pool, mysql, Redis, createClient, undici }) {
  const { UPSTREAM_URL, POSTGRES_URL, MARIADB_URL, REDIS_URL } = process.env;
  const get = (url) =>
    new Promise((resolve, reject) => {
      request(url, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve(body));
      })
        .on('error', reject)
        .end();
    });
  const pool = new Pool({ connectionString: POSTGRES_URL });
  const maria = mysql.createPool(MARIADB_URL);
  const ioredis = new Redis(REDIS_URL);
  const redis = await createClient({ url: REDIS_URL }).connect();
  await Promise.all([pool.query('select 0'), ioredis.ping()]);

  const server = createServer(async (_, response) => {
    await get(`${UPSTREAM_URL}/http`);
    await (await fetch(`${UPSTREAM_URL}/fetch`)).text();
    await (await undici.request(`${UPSTREAM_URL}/undici`)).body.text();
    await pool.query('select 1');
    await new Promise((resolve) => maria.query('select 2', resolve));
    await ioredis.get('a');
    await redis.get('b');
    response.end('done');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  console.log(await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text());
  server.close();
  server.closeAllConnections();
  await Promise.all([pool.end(), new Promise((resolve) => maria.end(resolve)), ioredis.quit(), redis.close()]);
};
