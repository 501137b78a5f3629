import { type ResourceLimits, Worker } from 'node:worker_threads';
import { messageOf } from '../report.ts';
import type { AdminSettings, AdminThreadData, FromAdminThread, ToAdminThread } from './messages.ts';
import type { SharedState } from './shared-state.ts';

const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 1 };

const MOST_RESTARTS = 5;
const FIRST_RESTART_MS = 1_000;
/** A thread that has lived so long did not die of the start: it is counted anew. */
const SETTLED_MS = 10 * 60_000;

export interface AdminThreadOptions {
  readonly shared: SharedState;
  readonly settings: AdminSettings;
  readonly onMessage: (message: FromAdminThread) => void;
  /** A thread is there that knows nothing yet, the first one and each that replaces one. */
  readonly onStart: () => void;
  /** Told what happened when a thread died; `final` when no other takes its place. */
  readonly onDeath: (why: string, final: boolean) => void;
  /** Default: the entry beside this file. */
  readonly entry?: URL;
  /** Wait before the first replacement; each further one is twice as long. Default 1 s. */
  readonly restartMs?: number;
}

/**
 * The thread that serves the admin endpoints, so that they answer while the main thread is busy. One that dies is replaced, after a
 * growing wait and a bounded number of times. Keeps no process alive.
 */
export class AdminThread {
  readonly #options: AdminThreadOptions;
  #worker: Worker | undefined;
  #restarts = 0;
  #closed = false;

  constructor(options: AdminThreadOptions) {
    this.#options = options;
    this.#start();
  }

  post(message: ToAdminThread): void {
    this.#worker?.postMessage(message);
  }

  /** Ends the thread, for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): void {
    const { shared, settings, onMessage, onStart } = this.#options;
    const data: AdminThreadData = { crossbridgeAdmin: true, memory: shared.memory, settings };
    const worker = new Worker(this.#options.entry ?? entryBesideThis(), {
      name: 'crossbridge-admin',
      workerData: data,
      // Neither the agent, nor another preload, nor a secret of the environment has anything to do in there.
      execArgv: [],
      env: {},
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker = worker;
    const startedAtMs = performance.now();
    let why = '';
    worker.on('message', onMessage);
    worker.on('error', (error) => {
      why = messageOf(error);
    });
    worker.on('exit', (code) => this.#onExit(why === '' ? `it ended with code ${code}` : why, startedAtMs));
    // Listeners would hold the process again, so this comes after them.
    worker.unref();
    onStart();
  }

  #onExit(why: string, startedAtMs: number): void {
    this.#worker = undefined;
    if (this.#closed) return;
    if (performance.now() - startedAtMs > SETTLED_MS) this.#restarts = 0;
    const final = this.#restarts >= MOST_RESTARTS;
    this.#options.onDeath(why, final);
    if (final) return;
    const waitMs = (this.#options.restartMs ?? FIRST_RESTART_MS) * 2 ** this.#restarts;
    this.#restarts += 1;
    setTimeout(() => this.#restart(), waitMs).unref();
  }

  #restart(): void {
    if (this.#closed) return;
    try {
      this.#start();
    } catch (error) {
      this.#options.onDeath(messageOf(error), true);
    }
  }
}

/** The compiler changes the endings of imports, and not of this. */
function entryBesideThis(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./worker.ts', import.meta.url);
  return new URL('./worker.js', import.meta.url);
}
