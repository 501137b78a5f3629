import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may take to end once it was asked to. */
const STOP_LIMIT_MS = 10_000;
const KEPT_CHARACTERS = 4_000;

export interface ChildOptions {
  /** What it is called in messages. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Gets everything that it prints. */
  readonly onOutput?: (text: string) => void;
}

/** A program of the stack has ended although nobody asked it to. The message has the last that it said. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError';
}

/** One program of the stack. It does not outlive this process, unless that is killed. */
export class Child {
  /** Rejects with a {@link ChildEndedError} when the program ends by itself; never resolves. */
  readonly ended: Promise<never>;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';
  #stopping = false;

  constructor({ title, command, args, env, cwd, onOutput }: ChildOptions) {
    // In a group of its own: a Ctrl-C ends the stack in our order, and not all of it at once.
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_CHARACTERS);
        onOutput?.(text);
      });
    }
    const killAtExit = (): void => void child.kill('SIGKILL');
    process.once('exit', killAtExit);
    this.#closed = once(child, 'close').finally(() => process.off('exit', killAtExit));
    this.ended = this.#closed.then(
      (end) => {
        // Nobody waits for the end of what was asked to end.
        if (this.#stopping) return new Promise<never>(() => {});
        const [code, signal] = end as [number | null, NodeJS.Signals | null];
        throw new ChildEndedError(`${title} has ended (${signal ?? `exit code ${code}`}):\n${this.lastWords()}`);
      },
      (error: unknown) => {
        throw new ChildEndedError(`${title} could not be started: ${error instanceof Error ? error.message : error}`);
      },
    );
    this.ended.catch(() => {});
  }

  /** The last lines of its output. */
  lastWords(): string {
    return this.#output.trimEnd().split('\n').slice(-10).join('\n');
  }

  /** Asks it to end, and ends it after ten seconds. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#closed.catch(() => {});
    clearTimeout(kill);
  }
}
