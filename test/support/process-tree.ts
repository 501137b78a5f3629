import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './servers-process.ts';

/** Sends a signal to a process and all its descendants, the first one first. What is gone already is left out. */
export function signalTree(pid: number | undefined, signal: NodeJS.Signals): void {
  for (const each of treeOf(pid)) {
    try {
      process.kill(each, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Stops a process and all its descendants where they are (SIGSTOP), and waits until not one of their threads goes on. */
export async function pauseTree(pid: number | undefined): Promise<void> {
  const stopped = (): true | undefined => {
    // Again and again: one that was not stopped yet may have started another.
    signalTree(pid, 'SIGSTOP');
    return treeOf(pid).every(isStopped) || undefined;
  };
  await waitFor(stopped, { what: `process ${pid} to stop`, everyMs: 1 });
}

interface ProcessState {
  readonly parent: number;
  readonly state: string;
}

// A bare Debian has no ps, and other systems have no /proc.
const HAS_PROC = existsSync('/proc/self/stat');

/** A process and all its descendants, parents before children. */
export function treeOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  const processes = HAS_PROC ? procProcesses() : psProcesses();
  const tree = [pid];
  // Grows while it is walked.
  for (const parent of tree)
    tree.push(...[...processes].filter(([, of]) => of.parent === parent).map(([child]) => child));
  return tree;
}

/** Whether all threads are stopped, or have ended: an ended process stays in the list for as long as its parent is stopped. */
function isStopped(pid: number): boolean {
  return threadStates(pid).every((state) => /^[TZX]/.test(state));
}

function threadStates(pid: number): readonly string[] {
  if (!HAS_PROC) return [psProcesses().get(pid)?.state ?? 'X'];
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => procState(`/proc/${pid}/task/${thread}`)?.state ?? 'X');
  } catch {
    return [];
  }
}

function procProcesses(): ReadonlyMap<number, ProcessState> {
  const found = new Map<number, ProcessState>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const state = procState(`/proc/${name}`);
    if (state !== undefined) found.set(Number(name), state);
  }
  return found;
}

function procState(directory: string): ProcessState | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    const [, state, parent] = /^.*\) (\S) (\d+) /s.exec(readFileSync(`${directory}/stat`, 'latin1')) ?? [];
    return state === undefined ? undefined : { state, parent: Number(parent) };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function psProcesses(): ReadonlyMap<number, ProcessState> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [pid, parent, state = ''] = line.trim().split(/\s+/);
      return [Number(pid), { parent: Number(parent), state }];
    }),
  );
}
