const mysql = require('mysql2');
const promised = require('mysql2/promise');
const run = require(process.env.PROGRAM ?? './shop.cjs');

run(mysql, promised, process.env.STEPS.split(' '), process.env.DATABASE_URL);
