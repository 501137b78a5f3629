import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Finding, Level, Report } from '../../packages/agent/src/cli/doctor/report.ts';
import { freePort } from '../support/app.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const APPS = join(ROOT, 'test/e2e/apps');

export interface DoctorRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `crossbridge doctor` with these arguments, in the directory of the applications. */
export async function runDoctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DoctorRun> {
  const child = spawn(process.execPath, [join(ROOT, 'packages/agent/dist/cli/main.js'), 'doctor', ...args], {
    cwd: APPS,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, CROSSBRIDGE_ADMIN_PORT: String(await freePort()), ...env },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

export interface Examined extends DoctorRun {
  readonly report: Report;
  /** What was found, of one level. */
  found(level: Level): readonly string[];
  finding(text: string): Finding;
}

/** Has the doctor look at `node <args>` under a config. */
export async function examine(
  args: readonly string[],
  config: string,
  options: { readonly env?: Readonly<Record<string, string>>; readonly program?: string; readonly for?: string } = {},
): Promise<Examined> {
  const directory = mkdtempSync(join(tmpdir(), 'crossbridge-doctor-test-'));
  try {
    const file = join(directory, 'crossbridge.yml');
    writeFileSync(file, config);
    const own = ['--json', '--config', file, '--for', options.for ?? '30s'];
    const run = await runDoctor([...own, '--', options.program ?? process.execPath, ...args], options.env);
    const report = JSON.parse(run.stdout) as Report;
    const all = report.sections.flatMap(({ findings }) => findings);
    return {
      ...run,
      report,
      found: (level) => all.filter((each) => each.level === level).map(({ what }) => what),
      finding(part) {
        const finding = all.find(({ what }) => what.includes(part));
        if (finding === undefined) throw new Error(`Nothing says '${part}' in ${run.stdout}`);
        return finding;
      },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
