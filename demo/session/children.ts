import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 3_000;
const KEPT_STDERR_CHARACTERS = 8_192;

/** A child could not start, or ended before it was stopped. `message` has its last words on stderr. */
export class ChildFailedError extends Error {
  override readonly name = 'ChildFailedError';
}

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  /** Of `node`. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The processes of the demo. Whatever happens, `stop` ends all of them, and so does the end of this process. */
export class Children {
  readonly #running = new Set<ChildProcess>();
  readonly #tails: { readonly name: string; readonly stderr: () => string }[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #stopping = false;

  /** Rejects with a {@link ChildFailedError} when a child ends before `stop`. Never resolves. */
  readonly failed: Promise<never> = this.#failed.promise;

  constructor() {
    // Whoever waits for `failed` hears of it; when nobody does, it is no unhandled rejection.
    this.failed.catch(() => undefined);
    process.once('exit', () => this.#kill('SIGKILL'));
  }

  /** Starts a Node program and gives the URL that it prints on its first line. Rejects with a {@link ChildFailedError}. */
  async start({ name, args, cwd, env }: ChildOptions): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C reaches the demo alone, which then stops its children in order.
      detached: true,
    });
    this.#running.add(child);
    const stderr = tailOf(child);
    this.#tails.push({ name, stderr });
    child.once('error', (error) => this.#end(child, `${name} could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      this.#end(child, `${name} ended ${how}${said(stderr())}`);
    });
    const limit = new AbortController();
    try {
      return await Promise.race([urlFrom(child), this.failed, tooLate(name, stderr, limit.signal)]);
    } finally {
      limit.abort();
    }
  }

  /** What each child said last on stderr; empty when none said anything. */
  lastWords(): readonly string[] {
    return this.#tails.flatMap(({ name, stderr }) => (stderr() === '' ? [] : [`stderr of ${name}:`, stderr()]));
  }

  /** Asks every child to end, and kills those that have not after three seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const ends = [...this.#running].map((child) => once(child, 'close'));
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), STOP_TIMEOUT_MS);
    await Promise.all(ends);
    clearTimeout(timer);
  }

  #kill(signal: NodeJS.Signals): void {
    for (const child of this.#running) child.kill(signal);
  }

  #end(child: ChildProcess, message: string): void {
    this.#running.delete(child);
    if (!this.#stopping) this.#failed.reject(new ChildFailedError(message));
  }
}

function tailOf(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  return () => tail.trim();
}

function said(stderr: string): string {
  return stderr === '' ? ', without a word on stderr' : `; its stderr:\n${stderr}`;
}

/** The first URL that the child prints. Its output is read to the end, so that it never blocks. */
async function urlFrom(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new TypeError('the child has no stdout to read');
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

async function tooLate(name: string, stderr: () => string, signal: AbortSignal): Promise<never> {
  await sleep(START_TIMEOUT_MS, undefined, { signal });
  throw new ChildFailedError(`${name} did not listen within ${START_TIMEOUT_MS / 1_000} s${said(stderr())}`);
}
