const Redis = require('ioredis');
const run = require('./counters.cjs');

run(Redis, process.env.STEPS.split(' '), process.env.REDIS_URL);
