import { Redis } from 'ioredis';

const { default: run } = await import(process.env.PROGRAM ?? './counters.cjs');
await run(Redis, process.env.STEPS.split(' '), process.env.REDIS_URL);
