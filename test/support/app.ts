import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The register entry as users get it: built, and found by its package name from the working directory. */
const REGISTER = '@crossbridge/agent';
const APPS = join(ROOT, 'test/e2e/apps');

export interface AppOptions {
  /** A file below test/e2e/apps. */
  readonly app: string;
  /** Text of crossbridge.yml. */
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: `--import @crossbridge/agent`. */
  readonly flags?: readonly string[];
  /** The program of Node.js that it runs under. Default: that of the tests. */
  readonly node?: string;
  /** Default: a free one. */
  readonly adminPort?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An application in a process of its own, started as a user would start it. */
export class App implements AsyncDisposable {
  readonly adminPort: number;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #directory: string;

  constructor(options: AppOptions & { readonly adminPort: number }) {
    this.adminPort = options.adminPort;
    this.#directory = mkdtempSync(join(tmpdir(), 'crossbridge-app-'));
    const config = join(this.#directory, 'crossbridge.yml');
    writeFileSync(config, options.config);
    const flags = options.flags ?? ['--import', REGISTER];
    this.#child = spawn(options.node ?? process.execPath, [...flags, join(APPS, options.app)], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        CROSSBRIDGE_CONFIG: config,
        CROSSBRIDGE_ADMIN_PORT: String(options.adminPort),
        ...options.env,
      },
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#stdout += chunk;
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk;
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Writes another crossbridge.yml for the running application. */
  reconfigure(text: string): void {
    writeFileSync(join(this.#directory, 'crossbridge.yml'), text);
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Gets a path of the admin endpoint, once it listens: it does not hold the application up, so it may come after it. */
  async admin(path: string, init: RequestInit = {}): Promise<Response> {
    for (const deadlineMs = Date.now() + 30_000; ; await sleep(20)) {
      try {
        return await fetch(`http://127.0.0.1:${this.adminPort}${path}`, init);
      } catch (error) {
        const { cause } = error as { cause?: { code?: string } };
        if (cause?.code !== 'ECONNREFUSED' || Date.now() > deadlineMs) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export async function startApp(options: AppOptions): Promise<App> {
  return new App({ ...options, adminPort: options.adminPort ?? (await freePort()) });
}

/** Runs an application to its end. */
export async function runApp(options: AppOptions): Promise<Ended> {
  await using app = await startApp(options);
  return await app.ended;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}
