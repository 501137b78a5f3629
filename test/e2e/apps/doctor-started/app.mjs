import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

await once(new Worker(new URL('work.mjs', import.meta.url)), 'exit');
await once(new Worker(new URL('work.mjs', import.meta.url), { execArgv: [] }), 'exit');
await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
