const net = require('node:net');

/** What an application does with pg, step by step; each prints one line. None of it knows of CrossBridge. */
module.exports = async function run({ Pool, Client }, names, url) {
  const pool = new Pool({ connectionString: url, max: 2 });
  const steps = {
    /** A query as everyone writes it. */
    async plain() {
      const { rows } = await pool.query('select $1::int + 1 as next', [41]);
      return rows[0].next;
    },
    /** An INSERT whose reply gets lost. */
    async insert() {
      await pool.query('drop table if exists orders');
      await pool.query('create table orders (id serial, what text)');
      const told = await pool.query("insert into orders (what) values ('lost once')").then(() => 'ok', nameOf);
      const { rows } = await pool.query("select count(*)::int as rows from orders where what = 'lost once'");
      return `${told}, ${rows[0].rows} rows`;
    },
    /** A server that only begins to listen at the third connection. */
    async refused() {
      const relay = net.createServer((socket) => {
        const upstream = net.connect(Number(new URL(url).port), '127.0.0.1');
        socket.pipe(upstream).pipe(socket);
        for (const each of [socket, upstream]) each.on('error', () => each.destroy());
      });
      const port = await freePort();
      let connections = 0;
      const stream = () => {
        connections += 1;
        if (connections === 3) relay.listen(port, '127.0.0.1');
        return new net.Socket();
      };
      const late = new Pool({ connectionString: url.replace(/:\d+\//, `:${port}/`), stream });
      const told = await late.query('select 7 as seven').then(({ rows }) => rows[0].seven, nameOf);
      await late.end();
      relay.close();
      return `${told} at connection ${connections}`;
    },
    /** Queries one after the other to a server that is not there. */
    async dead() {
      const nobody = new Pool({ connectionString: url.replace(/:\d+\//, `:${await freePort()}/`) });
      const told = [];
      for (let round = 0; round < 5; round += 1) told.push(await nobody.query('select 1').then(() => 'ok', nameOf));
      return told.join(' ');
    },
    /** Five queries at once. */
    async burst() {
      const all = Array.from({ length: 5 }, () => pool.query('select 1').then(() => 'ok', nameOf));
      return (await Promise.all(all)).sort().join(' ');
    },
    /** A transaction, with a statement that fails in it, on a connection of the pool. */
    async transaction() {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('create temporary table lines (id int primary key) on commit drop');
        await client.query('insert into lines values (1)');
        const told = await client.query('insert into lines values (1)').then(() => 'ok', nameOf);
        const after = await client.query('select 1').then(() => 'ok', nameOf);
        await client.query('rollback');
        return `${told} ${after}`;
      } finally {
        client.release();
      }
    },
    /** A client without a pool: three statements that nobody awaits in between, then a transaction. */
    async client() {
      const client = new Client(url);
      await client.connect();
      const three = await Promise.all(['a', 'b', 'c'].map((name) => client.query('select $1::text as name', [name])));
      await client.query('begin');
      await client.query('commit');
      await client.end();
      return three.map(({ rows }) => rows[0].name).join('');
    },
    /** Lives on until it is ended. */
    async stay() {
      setInterval(() => {}, 60_000);
      return 'until it is ended';
    },
  };
  for (const name of names) console.log(`${name}: ${await steps[name]()}`);
  await pool.end();
};

function nameOf(error) {
  return error.code ?? error.message;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
