const { Client, Pool } = require('pg');
const run = require('./steps.cjs');

run({ Client, Pool }, process.env.STEPS.split(' '), process.env.DATABASE_URL);
