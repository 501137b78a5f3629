import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statementsOf } from '../../../packages/integrations/src/sql/lexer.ts';
import { readSql } from '../../../packages/integrations/src/sql/statement.ts';

describe('What is told of a text of SQL', () => {
  it.each([
    'select 1',
    "  -- a comment\n select * from t where a = 'for update'",
    'WITH x AS (SELECT 1) SELECT * FROM x',
    'values (1), (2)',
    'table t',
    'show all',
    'explain select 1',
    '(select 1) union (select 2)',
    'select $$insert into t$$, $tag$ delete; $tag$',
    'select "into" from "update"',
    'select 1; select 2',
  ])('takes this for a read: %s', (text) => {
    expect(readSql(text, 'postgres')).toEqual({ reads: true, atomic: true, controls: false });
  });

  it.each([
    'insert into t values (1)',
    'select * into u from t',
    'select * from t for share',
    'with x as (delete from t returning *) select * from x',
    "select nextval('s')",
    'explain analyze delete from t',
    'select 1; update t set v = 1',
    'select 1 /* a */ into /* b */ u',
    '/* select */ delete from t',
    '',
  ])('takes this for no read: %s', (text) => {
    expect(readSql(text, 'postgres').reads).toBe(false);
  });

  it.each([
    ['commit', true],
    ['BEGIN', true],
    ['start transaction', true],
    ['rollback and chain', true],
    ["select 'x'; end", true],
    ["prepare transaction 'x'", true],
    ['rollback to savepoint a', false],
    ['ROLLBACK WORK TO a', false],
    ['savepoint a', false],
    ['release a', false],
    ['prepare q as select 1', false],
    ["select 'x; commit'", false],
    ["select E'\\'; commit; --'", false],
    ['select $$ ; commit; $$', false],
    ['select 1 /* ; commit; /* nested */ ; commit */', false],
    ['select 1 -- ; commit', false],
  ])('sees whether a transaction begins or ends in: %s', (text, controls) => {
    expect(readSql(text, 'postgres').controls).toBe(controls);
  });

  it.each([
    ['insert into t values (1)', true, true],
    ['insert into t values (1); insert into t values (2)', true, false],
    ['call p()', false, false],
    ['do $$ begin commit; end $$', false, false],
    ['insert into t values (1); commit', false, false],
    ['commit', false, false],
  ])('sees whether a failure leaves nothing of it behind: %s', (text, postgres, mysql) => {
    expect(readSql(text, 'postgres').atomic).toBe(postgres);
    expect(readSql(text, 'mysql').atomic).toBe(mysql);
  });

  it('knows what ends a transaction of MySQL without saying so, and its quotes and comments', () => {
    expect(readSql('create table x (y int)', 'mysql').controls).toBe(true);
    expect(readSql('set autocommit = 1', 'mysql').controls).toBe(true);
    expect(readSql('/*!50000 commit */', 'mysql').controls).toBe(true);
    expect(readSql("select 'it\\'s; commit'", 'mysql').controls).toBe(false);
    expect(readSql('select `a;commit` # ; commit', 'mysql').controls).toBe(false);
  });

  it('never sees a word in what is quoted, whatever is quoted', () => {
    const words = fc.string().map((text) => `'${text.replaceAll("'", "''")} ; commit; '`);
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(statementsOf(`select ${a}, ${b}`, 'postgres')).toEqual([['SELECT', "''", ',', "''"]]);
      }),
    );
  });

  it('comes to an end with every text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("'", '"', '$', '/', '*', '-', '\n', ';', 'e', '\\', 'a', '`', '#') }),
        (text) => {
          for (const dialect of ['postgres', 'mysql'] as const) statementsOf(text, dialect);
        },
      ),
    );
  });
});
