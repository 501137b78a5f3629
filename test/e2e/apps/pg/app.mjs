import pg from 'pg';
import run from './steps.cjs';

await run(pg, process.env.STEPS.split(' '), process.env.DATABASE_URL);
