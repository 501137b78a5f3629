import mysql from 'mysql2';
import promised from 'mysql2/promise';

const { default: run } = await import(process.env.PROGRAM ?? './shop.cjs');
await run(mysql, promised, process.env.STEPS.split(' '), process.env.DATABASE_URL);
