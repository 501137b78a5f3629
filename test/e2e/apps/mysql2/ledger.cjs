const { AsyncLocalStorage } = require('node:async_hooks');
const { Readable } = require('node:stream');

/** Accounts and what goes between them, on mysql2, as services keep them. Step by step; each prints what came of it. */
module.exports = async function run(mysql, promised, names, url) {
  const pool = promised.createPool({ uri: url, connectionLimit: 3, supportBigNumbers: true, waitForConnections: true });
  const told = (error) => [error.code ?? error.name, error.errno, error.sqlState, error.message.slice(0, 50)];
  const balanceOf = async (from, id) =>
    (await from.query('select balance from account where id = ?', [id]))[0][0].balance;

  async function transaction(work) {
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      const result = await work(connection);
      await connection.commit();
      return result;
    } catch (error) {
      await connection.rollback();
      throw error;
    } finally {
      connection.release();
    }
  }

  const steps = {
    async accounts() {
      await pool.query('drop table if exists entry');
      await pool.query('drop table if exists account');
      await pool.query(
        'create table account (id int primary key, owner varchar(20), balance int not null, check (balance >= 0)) engine=innodb',
      );
      await pool.query(
        'create table entry (id bigint auto_increment primary key, account int, amount int, what json) engine=innodb',
      );
      const [made] = await pool.query('insert into account (id, owner, balance) values ?', [
        Array.from({ length: 20 }, (_, n) => [n + 1, `owner ${n + 1}`, 100]),
      ]);
      return [made.affectedRows, made.info];
    },
    /** Moves money; some moves are not possible, and leave nothing behind. */
    async moves() {
      const move = (from, to, amount) =>
        transaction(async (connection) => {
          for (const [id, change] of [
            [from, -amount],
            [to, amount],
          ].sort(([a], [b]) => a - b)) {
            await connection.execute('update account set balance = balance + ? where id = ?', [change, id]);
            await connection.execute('insert into entry (account, amount, what) values (?, ?, ?)', [
              id,
              change,
              JSON.stringify({ from, to }),
            ]);
          }
          return amount;
        }).catch(told);
      const moved = await Promise.all([
        move(1, 2, 10),
        move(2, 3, 20),
        move(3, 1, 500),
        move(4, 4, 0),
        move(5, 6, 100),
      ]);
      const [[{ total, entries }]] = await pool.query(
        'select (select sum(balance) from account) as total, (select count(*) from entry) as entries',
      );
      return [moved, total, entries];
    },
    async savepoints() {
      const kept = await transaction(async (connection) => {
        const told = [];
        await connection.query('insert into entry (account, amount) values (1, 1)');
        for (const id of [1, 'x y', 3]) {
          await connection.query('savepoint one');
          try {
            await connection.query(`insert into entry (id, account, amount) values (null, ${id}, 1)`);
            await connection.query('release savepoint one');
            told.push('kept');
          } catch (error) {
            await connection.query('rollback to savepoint one');
            told.push(error.code);
          }
        }
        return told;
      });
      const [[{ n }]] = await pool.query('select count(*) as n from entry where amount = 1');
      return [kept, n];
    },
    /** Two transactions that wait for each other: one of them has to begin again. */
    async deadlock() {
      let arrived = 0;
      let meet;
      const met = new Promise((resolve) => {
        meet = resolve;
      });
      let tries = 0;
      const cross = async (first, second) => {
        for (;;) {
          tries += 1;
          try {
            return await transaction(async (connection) => {
              await connection.query('update account set balance = balance + 1 where id = ?', [first]);
              arrived += 1;
              if (arrived === 2) meet();
              await met;
              await connection.query('update account set balance = balance - 1 where id = ?', [second]);
              return 'done';
            });
          } catch (error) {
            if (error.code !== 'ER_LOCK_DEADLOCK') throw error;
          }
        }
      };
      return [await Promise.all([cross(10, 11), cross(11, 10)]), tries, await balanceOf(pool, 10)];
    },
    /** A report that is read row by row, slower than it comes, and one that is given up. */
    async reports() {
      const raw = mysql.createPool({ uri: url, connectionLimit: 2 });
      let sum = 0;
      for await (const { seq } of raw.query('select seq from seq_1_to_3000').stream({ highWaterMark: 10 })) {
        if (seq % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        sum += seq;
      }
      const lines = await Readable.from(raw.query('select id, owner from account order by id').stream())
        .map(({ id, owner }) => `${id};${owner}`)
        .take(3)
        .toArray();
      const broken = await raw
        .query('select nothing from account')
        .stream()
        .toArray()
        .catch((error) => error.code);
      const connection = await raw.promise().getConnection();
      const paused = [];
      await new Promise((resolve, reject) => {
        connection.connection
          .query('select id from account order by id limit 4')
          .on('result', ({ id }) => {
            paused.push(id);
            connection.connection.pause();
            setTimeout(() => connection.connection.resume(), 1);
          })
          .on('error', reject)
          .on('end', resolve);
      });
      connection.release();
      await raw.promise().end();
      return [sum, lines, broken, paused];
    },
    /** Statements that are prepared once. */
    async prepared() {
      const connection = await pool.getConnection();
      const statement = await connection.prepare('select id, balance from account where id between ? and ?');
      const pages = [];
      for (const from of [1, 3, 5]) pages.push((await statement.execute([from, from + 1]))[0].map(({ id }) => id));
      await statement.close();
      connection.unprepare('select 1');
      connection.release();
      const wrong = await pool.execute('select * from account where id = ?', []).catch(told);
      const [big] = await pool.query('select 9007199254740993 as big, ? as ten, ?? from account limit 1', [
        10n,
        'owner',
      ]);
      return [pages, wrong, big, mysql.format('select ?? where ?', ['a', { b: 1 }]), pool.pool.escape("it's")];
    },
    /** Several results of one question, a procedure, and how long one may take. */
    async several() {
      const connection = await promised.createConnection({ uri: url, multipleStatements: true, rowsAsArray: true });
      const [results] = await connection.query('select 1; set @a = 5; select @a + 1; select id from account limit 2');
      await connection.query('drop procedure if exists pair');
      await connection.query('create procedure pair(in n int) begin select n as one; select n * 2 as two; end');
      const [pair] = await connection.query('call pair(4)');
      const failed = await connection.query('select 1; selec 2; select 3').catch(told);
      const slow = await connection.query({ sql: 'select sleep(5)', timeout: 50 }).catch((error) => error.code);
      connection.destroy();
      const after = await connection.query('select 1').catch((error) => error.message);
      return [results.map((rows) => rows.length ?? rows.affectedRows), pair.slice(0, 2), failed, slow, after];
    },
    /** What the application keeps for each request stays with that request, while more wait than there are connections. */
    async requests() {
      const request = new AsyncLocalStorage();
      const seen = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          request.run(n, async () => {
            const [[{ m }]] = await pool.query('select ? as m', [n]);
            await transaction((connection) => connection.query('select 1'));
            return m === n && request.getStore() === n;
          }),
        ),
      );
      return seen.every(Boolean);
    },
    /** The end comes while calls wait, and again. */
    async ends() {
      const own = promised.createPool({ uri: url, connectionLimit: 1 });
      await own.query('select 1');
      await own.end();
      const late = await own.query('select 1').catch((error) => error.message);
      const again = await own.end().then(() => 'ended', told);
      const wrong = promised.createPool({ uri: url.replace('crossbridge:', 'nobody:'), connectionLimit: 1 });
      const denied = await wrong.query('select 1').catch((error) => error.code);
      await wrong.end();
      return [late, again, denied];
    },
    /** What a callback throws is the application's, and nobody else's. */
    async throws() {
      const raw = mysql.createPool({ uri: url, connectionLimit: 1 });
      const thrown = await new Promise((resolve) => {
        process.once('uncaughtException', (error) => resolve(error.message));
        raw.query('select 1', () => {
          throw new Error('mine');
        });
      });
      const [rows] = await raw.promise().query('select 2 as two');
      await raw.promise().end();
      return [thrown, rows];
    },
  };
  for (const name of names) console.log(`${name}: ${JSON.stringify(await steps[name]())}`);
  await pool.end();
};
