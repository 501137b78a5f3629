// A script that calls the upstream from a worker thread, and ends.
import { isMainThread, Worker } from 'node:worker_threads';

if (isMainThread && !process.env.NO_WORKER) new Worker(new URL(import.meta.url));
else await (await fetch(`${process.env.UPSTREAM_URL}/plain`)).text();
