import OpenAI from 'openai';
import pg from 'pg';

// A service as it should be: bounded, and with an operation for what it calls.
export const pool = new pg.Pool({ host: 'db.example', connectionTimeoutMillis: 2_000 });
export const openai = new OpenAI({ apiKey: 'none', baseURL: `${process.env.UPSTREAM_URL}/v1` });

const response = await fetch(process.env.UPSTREAM_URL);
console.log(`answered ${response.status}`);
