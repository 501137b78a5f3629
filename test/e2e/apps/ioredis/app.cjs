const Redis = require('ioredis');
const run = require(process.env.PROGRAM ?? './counters.cjs');

run(Redis, process.env.STEPS.split(' '), process.env.REDIS_URL);
