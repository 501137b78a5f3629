import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { StartedFacts } from './facts.ts';
import { ownPackage } from './own-package.ts';

interface Seen {
  readonly facts: () => Omit<StartedFacts, 'by'>;
  readonly by: string | undefined;
}

/** Keeps in mind which worker threads and processes the application starts. */
export class Started {
  readonly #seen: Seen[] = [];

  constructor() {
    subscribe('worker_threads', (message) => {
      const { worker } = message as { readonly worker: Worker };
      const by = starter();
      if (by !== undefined && ownPackage(by) !== undefined) return;
      const id = worker.threadId;
      this.#seen.push({ facts: () => ({ kind: 'worker', id, what: 'a worker thread' }), by });
    });
    subscribe('child_process', (message) => {
      const { process } = message as { readonly process: ChildProcess };
      // It has not been spawned yet.
      const facts = (): ReturnType<Seen['facts']> => ({
        kind: 'process',
        id: process.pid ?? 0,
        what: process.spawnargs?.join(' ') ?? '',
      });
      this.#seen.push({ facts, by: starter() });
    });
  }

  get facts(): readonly StartedFacts[] {
    return this.#seen.map(({ facts, by }) => ({ ...facts(), by })).filter(({ id }) => id !== 0);
  }
}

/** The file of the code that starts something: the first on the stack that is neither of Node.js nor of the doctor. */
function starter(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const { stack = '' } = new Error('where am I');
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const place = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):\d+:\d+\)?$/.exec(line)?.[1];
    const path = place?.startsWith('file:') ? fileURLToPath(place) : place;
    if (path !== undefined && path !== OURS) return path;
  }
  return undefined;
}

const OURS = fileURLToPath(import.meta.url);
