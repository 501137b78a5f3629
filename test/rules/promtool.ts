import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { serverPath } from '../support/servers.ts';

interface Ended {
  /** Everything that promtool said. */
  readonly output: string;
  readonly ok: boolean;
}

/** Runs promtool in a directory. */
export async function promtool(args: readonly string[], cwd?: string): Promise<Ended> {
  const options = { maxBuffer: 1 << 28, ...(cwd === undefined ? {} : { cwd }) };
  try {
    const { stdout, stderr } = await promisify(execFile)(serverPath('promtool'), args, options);
    return { output: stdout + stderr, ok: true };
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (typeof code !== 'number') throw error;
    return { output: stdout + stderr, ok: false };
  }
}

/** Runs files of unit tests in one go, and gives those that passed. */
export async function passingUnitTests(files: readonly string[], cwd: string): Promise<ReadonlySet<string>> {
  const { output } = await promtool(['test', 'rules', ...files], cwd);
  // Failures are told on the other stream: what follows a name on this one is its success, or the next name.
  const results = [...output.matchAll(/Unit Testing: +(\S+)(\s+SUCCESS)?/g)];
  if (results.length !== files.length) throw new Error(`promtool said less than it was asked:\n${output.slice(-4000)}`);
  return new Set(results.flatMap(([, file = '', success]) => (success === undefined ? [] : [file])));
}
