const { promisify } = require('node:util');

/** A little shop on mysql2, written as people write it, in all the ways of mysql2. Step by step; each prints what came of it. */
module.exports = async function run(mysql, promised, names, url) {
  const pool = promised.createPool({ uri: url, connectionLimit: 4, namedPlaceholders: true });
  const callbacks = mysql.createPool({ uri: url, connectionLimit: 2, dateStrings: true });
  const steps = {
    async schema() {
      await pool.query('drop table if exists line, orders, product');
      await pool.query(
        'create table product (id int auto_increment primary key, name varchar(40) unique, price decimal(9,2), tags json, stock int not null)',
      );
      await pool.query(
        'create table orders (id int auto_increment primary key, customer varchar(40), placed datetime)',
      );
      await pool.query(
        'create table line (order_id int, product_id int, quantity int, foreign key (order_id) references orders (id))',
      );
      const [tables] = await pool.query('show tables');
      return tables.length >= 3;
    },
    /** Bulk insert, results of writes, named placeholders, types. */
    async products() {
      const rows = [
        ['apple', '0.50', '["fruit"]', 100],
        ['bread', '2.40', '[]', 10],
        ['cheese', '7.95', '["dairy","hard"]', 3],
      ];
      const [made] = await pool.query('insert into product (name, price, tags, stock) values ?', [rows]);
      const [changed] = await pool.execute('update product set stock = stock + 1 where name = :name', {
        name: 'bread',
      });
      const [[bread]] = await pool.query('select name, price, stock from product where name = :name', {
        name: 'bread',
      });
      const [found, fields] = await pool.execute('select id, tags from product where stock < ?', [50]);
      return { made, changed: changed.info, bread, found, fields: fields.map(({ name }) => name) };
    },
    async duplicate() {
      try {
        await pool.execute('insert into product (name, price, tags, stock) values (?, ?, ?, ?)', ['apple', 1, '[]', 1]);
        return 'taken';
      } catch (error) {
        return [error instanceof Error, error.code, error.errno, error.sqlState, error.sql.slice(0, 19), error.fatal];
      }
    },
    async mistakes() {
      const told = [];
      for (const wrong of [
        () => pool.query('selec 1'),
        () => pool.execute('select ?', [undefined]),
        () => pool.query('select * from nowhere'),
        () => pool.query('select 1', () => {}),
      ]) {
        try {
          await wrong();
          told.push('ok');
        } catch (error) {
          told.push(error.code ?? error.message);
        }
      }
      return told;
    },
    /** Orders in a transaction on a connection of the pool; one of them is more than there is. */
    async orders() {
      const told = [];
      for (const [customer, name, quantity] of [
        ['ann', 'apple', 10],
        ['bob', 'cheese', 5],
        ['cid', 'bread', 2],
      ]) {
        const connection = await pool.getConnection();
        try {
          await connection.beginTransaction();
          const [{ insertId }] = await connection.execute('insert into orders (customer, placed) values (?, now())', [
            customer,
          ]);
          const [[product]] = await connection.query('select id, stock from product where name = ? for update', [name]);
          if (product.stock < quantity) throw new Error(`only ${product.stock} of ${name}`);
          await connection.execute('update product set stock = stock - ? where id = ?', [quantity, product.id]);
          await connection.execute('insert into line values (?, ?, ?)', [insertId, product.id, quantity]);
          await connection.commit();
          told.push(`${customer} #${insertId}`);
        } catch (error) {
          await connection.rollback();
          told.push(error.message);
        } finally {
          connection.release();
        }
      }
      const [[{ orders }]] = await pool.query('select count(*) as orders from orders');
      return [...told, orders];
    },
    /** More at once than there are connections. */
    async crowd() {
      const all = Array.from({ length: 40 }, (_, n) => pool.query('select ? as n', [n]));
      return (await Promise.all(all)).map(([[{ n }]]) => n).join();
    },
    /** The other style. */
    callbacks() {
      return new Promise((resolve, reject) => {
        callbacks.query('select id, name from product order by id', (error, rows, fields) => {
          if (error) return reject(error);
          callbacks.getConnection((failed, connection) => {
            if (failed) return reject(failed);
            connection.query('select ? + ? as sum', [1, 2], (wrong, [{ sum }]) => {
              connection.release();
              if (wrong) return reject(wrong);
              callbacks.execute({ sql: 'select ? as text', rowsAsArray: true }, ['x'], (_, arrays) => {
                resolve({ rows, fields: fields.length, sum, arrays });
              });
            });
          });
        });
      });
    },
    async promisified() {
      const query = promisify(callbacks.query).bind(callbacks);
      return [await query('select 1 as one'), mysql.Pool.prototype.query.length, callbacks.query.name];
    },
    /** Rows as they come, and as a stream. */
    async streams() {
      const events = await new Promise((resolve, reject) => {
        const seen = [];
        callbacks
          .query('select name from product order by id')
          .on('fields', (fields) => seen.push(fields[0].name))
          .on('result', (row) => seen.push(row.name))
          .on('error', reject)
          .on('end', () => resolve(seen));
      });
      const streamed = [];
      for await (const row of callbacks.query('select seq from seq_1_to_500').stream({ highWaterMark: 5 })) {
        streamed.push(row.seq);
      }
      const failed = await new Promise((resolve) =>
        callbacks.query('no sql').on('error', (error) => resolve(error.code)),
      );
      return { events, sum: streamed.reduce((a, b) => a + b, 0), failed };
    },
    /** A connection without a pool, as the manual has it: nobody waits for anything, and it ends. */
    manual() {
      return new Promise((resolve) => {
        const told = [];
        const connection = mysql.createConnection({ uri: url, multipleStatements: true });
        connection.connect((error) => told.push(`connected ${error === null}`));
        const query = connection.query('select ? as one', [1], (_, rows) => told.push(rows));
        query.on('end', () => told.push('end of one'));
        told.push(query.sql, query.constructor.name);
        connection.query('select 2 as two; select 3 as three', (_, results) => told.push(results));
        connection.query('select 4 as four').on('result', (row) => told.push(row));
        connection.execute('select ? as five', [5], (_, rows) => told.push(rows));
        connection.ping((error) => told.push(`ping ${error === null}`));
        connection.query('broken', (error) => told.push(error.code));
        connection.end((error) => {
          told.push(`over ${error == null}`);
          connection.query('select 1', (late) => {
            told.push(late.message);
            resolve(told);
          });
        });
      });
    },
    async single() {
      const connection = await promised.createConnection(url);
      const statement = await connection.prepare('select ? * 2 as twice');
      const [[{ twice }]] = await statement.execute([21]);
      await statement.close();
      await connection.beginTransaction();
      await connection.query("insert into orders (customer) values ('dan')");
      await connection.rollback();
      await connection.query('set @seen = 5');
      const [[{ seen }]] = await connection.query('select @seen as seen');
      const all = await Promise.all(['a', 'b', 'c'].map((name) => connection.query('select ? as name', [name])));
      await connection.changeUser({ database: 'crossbridge' });
      const [[{ gone }]] = await connection.query('select @seen as gone');
      await connection.end();
      return [twice, seen, all.map(([[{ name }]]) => name).join(''), gone];
    },
    async cluster() {
      const cluster = promised.createPoolCluster();
      cluster.add('main', url);
      cluster.add('copy1', url);
      cluster.add('copy2', url);
      const copies = cluster.of('copy*');
      const [[[a]], [[b]]] = await Promise.all([copies.query('select 1 as n'), copies.execute('select 2 as n')]);
      const connection = await cluster.getConnection('main');
      const [[c]] = await connection.query('select 3 as n');
      connection.release();
      const nobody = await cluster
        .of('nobody')
        .query('select 1')
        .catch((error) => error.code);
      await cluster.end();
      return [a.n, b.n, c.n, nobody];
    },
    async events() {
      const seen = new Set();
      const own = mysql.createPool({ uri: url, connectionLimit: 1 });
      for (const event of ['acquire', 'connection', 'enqueue', 'release']) own.on(event, () => seen.add(event));
      const asked = own.promise();
      await Promise.all([
        asked.query('select 1'),
        asked.query('select 2'),
        asked.getConnection().then((one) => one.release()),
      ]);
      const refusing = promised.createPool({ uri: url, connectionLimit: 1, queueLimit: 1 });
      const many = await Promise.all(
        [1, 2, 3].map((n) =>
          refusing.query('select sleep(0.05)').then(
            () => n,
            (error) => error.message,
          ),
        ),
      );
      await asked.end();
      await refusing.end();
      return [[...seen].sort(), many.sort()];
    },
    /** The connection breaks with an answer on its way. */
    async lost() {
      const before = await pool.query('select count(*) as n from product');
      const told = await pool.query("insert into product (name, price, tags, stock) values ('lost', 1, '[]', 1)").then(
        () => 'ok',
        (error) => error.code,
      );
      const [[{ n }]] = await pool.query('select count(*) as n from product');
      return [told, n - before[0][0].n];
    },
  };
  for (const name of names) console.log(`${name}: ${JSON.stringify(await steps[name]())}`);
  await pool.end();
  await promisify(callbacks.end).call(callbacks);
};
