import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { SharedRate } from '@crossbridge/core';
import type { HammerOptions, HammerReport } from './hammer-options.ts';

const PROGRAM = fileURLToPath(new URL('hammer.ts', import.meta.url));

/** Processes that hammer one key at the same time. */
export interface Fleet {
  readonly children: readonly ChildProcess[];
  /** Undefined for one that was killed. */
  readonly reports: Promise<readonly (HammerReport | undefined)[]>;
}

/** Resolves once they have begun. */
export async function startFleet(count: number, options: HammerOptions): Promise<Fleet> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--conditions=crossbridge-source', PROGRAM, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const texts = children.map((child) => collect(child));
  const reports = Promise.all(children.map((child, at) => reportOf(child, texts[at] as () => string)));
  reports.catch(() => {});
  await Promise.race([Promise.all(children.map((child) => once(child.stdout as Readable, 'data'))), reports]);
  for (const child of children) child.stdin?.end('go');
  return { children, reports };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function reportOf(child: ChildProcess, text: () => string): Promise<HammerReport | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(JSON.parse(text().slice('ready\n'.length)) as HammerReport);
      else reject(new Error(`The process ended with ${code ?? signal}`));
    });
  });
}

export interface Verdict {
  readonly admitted: number;
  /** The most that any window admitted beyond the capacity and what it refills. */
  readonly over: number;
  /** What a bucket that saw every admission at its time would have refilled in vain. */
  readonly unused: number;
  readonly callsPerAdmission: number;
}

/** Holds all admissions against one ideal bucket. */
export function judge(
  { capacity, windowSeconds }: SharedRate,
  reports: readonly (HammerReport | undefined)[],
): Verdict {
  const admissions = reports
    .flatMap((report) => [
      ...(report?.direct ?? []),
      ...[...(report?.leased ?? []), ...(report?.alone ?? [])].map((atMs) => [atMs, 1] as const),
    ])
    .sort(([one], [other]) => one - other);
  let [level, over, unused, admitted] = [capacity, 0, 0, 0];
  let beforeMs = admissions[0]?.[0] ?? 0;
  for (const [atMs, tokens] of admissions) {
    const refilled = level + ((atMs - beforeMs) * capacity) / (windowSeconds * 1000);
    unused += Math.max(0, refilled - capacity);
    level = Math.min(capacity, refilled) - tokens;
    over = Math.max(over, -level);
    admitted += tokens;
    beforeMs = atMs;
  }
  const calls = reports.reduce((sum, report) => sum + (report?.calls ?? 0), 0);
  return { admitted, over, unused, callsPerAdmission: calls / admitted };
}
