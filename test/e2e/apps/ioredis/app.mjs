import { Redis } from 'ioredis';
import run from './counters.cjs';

await run(Redis, process.env.STEPS.split(' '), process.env.REDIS_URL);
