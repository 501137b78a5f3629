import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessFacts } from '../../doctor/facts.ts';
import { OWN_NODE_OPTIONS } from '../../doctor/flag.ts';
import type { Terminal } from '../command.ts';

/** An event loop that is busy for longer answers nobody. */
const ANSWER_LIMIT_MS = 5_000;
/** As long as Kubernetes waits before it kills. */
const END_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  readonly forMs: number;
  readonly env: Terminal['env'];
  readonly cwd: string;
}

/** What a program did, and what its processes told of themselves. */
export interface ProgramRun extends Program {
  /** Why it could not be started at all. */
  readonly error?: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ranMs: number;
  /** Whether it ran until it was told to end. */
  readonly stopped: boolean;
  /** Whether it had to be killed. */
  readonly killed: boolean;
  readonly processes: readonly ProcessFacts[];
  /** Processes and threads that were looked at and told nothing, as `pid-thread`. */
  readonly silent: readonly string[];
}

/** Runs a program with the agent and the probe of the doctor in it, until it ends or its time is over. Its output goes to standard error. */
export async function runProgram(program: Program): Promise<ProgramRun> {
  const directory = mkdtempSync(join(tmpdir(), 'crossbridge-doctor-'));
  const startedAtMs = performance.now();
  const child = start(program, directory);
  try {
    await once(child, 'spawn');
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    return { ...program, ...NOTHING, error: (error as Error).message };
  }
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  try {
    const stopped = await isStillRunning(ended, program.forMs);
    const ranMs = performance.now() - startedAtMs;
    if (stopped) await askAll(directory, child);
    const killed = stopped && !(await end(child, ended));
    const [code, signal] = await ended;
    await endOthers(directory);
    return { ...program, code, signal, ranMs, stopped, killed, ...readReports(directory) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const NOTHING = {
  code: null,
  signal: null,
  ranMs: 0,
  stopped: false,
  killed: false,
  processes: [],
  silent: [],
} as const;

function start({ program, args, env, cwd }: Program, directory: string): ChildProcess {
  const own = env.NODE_OPTIONS ?? '';
  const probe = new URL('../../doctor/probe.js', import.meta.url).href;
  return spawn(program, args, {
    cwd,
    stdio: ['inherit', 2, 2],
    env: {
      ...env,
      // The probe comes first: what is loaded before it is only half seen.
      NODE_OPTIONS: `--import=${probe} ${own}`.trim(),
      [OWN_NODE_OPTIONS]: own,
      CROSSBRIDGE_DOCTOR: directory,
    },
  });
}

/** Waits for the program to end; true when its time was over first, or somebody told the doctor to end. */
async function isStillRunning(ended: Promise<unknown>, forMs: number): Promise<boolean> {
  const over = new AbortController();
  const told = (): void => over.abort();
  for (const signal of SIGNALS) process.once(signal, told);
  try {
    const timer = sleep(forMs, true, { signal: over.signal }).catch(() => true);
    return await Promise.race([ended.then(() => false), timer]);
  } finally {
    over.abort();
    for (const signal of SIGNALS) process.removeListener(signal, told);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Has all that run write down what they have seen. */
async function askAll(directory: string, child: ChildProcess): Promise<void> {
  writeFileSync(join(directory, 'ask'), '');
  for (
    const deadlineMs = performance.now() + ANSWER_LIMIT_MS;
    performance.now() < deadlineMs;
    await sleep(LOOK_EVERY_MS)
  ) {
    const waiting = namesIn(directory, '.hello').some((name) => !existsSync(join(directory, `${name}.json`)));
    if (!waiting || child.exitCode !== null || child.signalCode !== null) return;
  }
}

/** Tells it to end, and later makes it end; whether it did by itself. */
async function end(child: ChildProcess, ended: Promise<unknown>): Promise<boolean> {
  child.kill('SIGTERM');
  const over = new AbortController();
  const inTime = await Promise.race([
    ended.then(() => true),
    sleep(END_LIMIT_MS, false, { signal: over.signal }).catch(() => false),
  ]);
  over.abort();
  if (!inTime) child.kill('SIGKILL');
  return inTime;
}

/** Processes that the program has started and left behind: a shell or npm does not hand signals on. */
async function endOthers(directory: string): Promise<void> {
  const pids = new Set(namesIn(directory, '.hello').map((name) => Number(name.split('-')[0])));
  for (const pid of pids) {
    for (const deadlineMs = performance.now() + ANSWER_LIMIT_MS; signal(pid, 'SIGTERM'); await sleep(LOOK_EVERY_MS)) {
      if (performance.now() > deadlineMs) {
        signal(pid, 'SIGKILL');
        break;
      }
    }
  }
}

/** Whether there was a process to signal. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function readReports(directory: string): Pick<ProgramRun, 'processes' | 'silent'> {
  const told = namesIn(directory, '.json');
  return {
    processes: told.map((name) => JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')) as ProcessFacts),
    silent: namesIn(directory, '.hello').filter((name) => !told.includes(name)),
  };
}

function namesIn(directory: string, extension: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length));
}
