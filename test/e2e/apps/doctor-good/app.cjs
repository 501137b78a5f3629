const { OpenAI } = require('openai');
const { Pool } = require('pg');

// A service as it should be: bounded, and with an operation for what it calls.
exports.pool = new Pool({ host: 'db.example', connectionTimeoutMillis: 2_000 });
exports.openai = new OpenAI({ apiKey: 'none', baseURL: `${process.env.UPSTREAM_URL}/v1` });

void fetch(process.env.UPSTREAM_URL).then((response) => console.log(`answered ${response.status}`));
