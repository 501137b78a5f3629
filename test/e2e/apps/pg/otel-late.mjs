import pg from 'pg';
import run from './steps.cjs';

// pg is there already when the application begins to instrument it.
await import('./otel.mjs');
const { createRequire } = await import('node:module');
createRequire(import.meta.url)('pg');
await run(pg, process.env.STEPS.split(' '), process.env.DATABASE_URL);
