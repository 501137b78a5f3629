/**
 * What the flag adds to the start of an application, beside the register entry of `@opentelemetry/auto-instrumentations-node`: the time until
 * the first line of the application runs, less that under bare Node.js. Ratios of one run, whose processes take turns: the machine drifts, so
 * milliseconds say nothing. Run by `npm run bench`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNS = Number(process.env.START_RUNS ?? 25);

const CONFIG = `
runtime:
  operations:
    payments: { retry: true, circuit_breaker: true, bulkhead: { limit: 20, queue_timeout: 1s }, timeout: { attempt: 2s } }
    db.query: { retry: quick, circuit_breaker: true, rate_limit: { capacity: 100, window_seconds: 1 } }
  upstreams:
    - { match: { host: payments.example.com }, operation: payments }
  admin: { port: 0 }
`;

const FLAGS = {
  bare: [],
  crossbridge: ['--import', '@crossbridge/agent'],
  auto: ['--import', '@opentelemetry/auto-instrumentations-node/register'],
} as const;

type Entry = keyof typeof FLAGS;

/** What applications have loaded at their first line. */
const APPLICATIONS = {
  'an empty application': '',
  'one that imports node:http and pg': "import 'node:http';\nimport 'pg';\n",
};

const directory = mkdtempSync(join(ROOT, 'node_modules/.start-'));
const scratch = mkdtempSync(join(tmpdir(), 'crossbridge-start-'));

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

async function startMs(entry: Entry, application: string): Promise<number> {
  const startedAtMs = nowMs();
  const child = spawn(process.execPath, [...FLAGS[entry], application], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, CROSSBRIDGE_CONFIG: join(scratch, 'crossbridge.yml') },
  });
  const [told, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${entry}: the application ended with ${code}`);
  return Number(told) - startedAtMs;
}

async function measure(application: string): Promise<Readonly<Record<Entry, readonly number[]>>> {
  const times: Record<Entry, number[]> = { bare: [], crossbridge: [], auto: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const entry of Object.keys(times) as Entry[]) times[entry].push(await startMs(entry, application));
  }
  for (const each of Object.values(times)) each.sort((a, b) => a - b);
  return times;
}

function tell(what: string, times: Readonly<Record<Entry, readonly number[]>>): void {
  const statistics = { minimum: 0, median: Math.floor(RUNS / 2) };
  for (const [statistic, index] of Object.entries(statistics)) {
    const [bare = 0, ours = 0, theirs = 0] = [times.bare, times.crossbridge, times.auto].map((each) => each[index]);
    const ratio = ((ours - bare) / (theirs - bare)).toFixed(2).padStart(6);
    const added = `${Math.round(ours - bare)} ms / ${Math.round(theirs - bare)} ms over ${Math.round(bare)} ms`;
    console.log(`${ratio} ×  added to the start of ${what}, ${statistic}  (${added})`);
  }
}

try {
  writeFileSync(join(scratch, 'crossbridge.yml'), CONFIG);
  for (const [what, imports] of Object.entries(APPLICATIONS)) {
    const application = join(directory, 'application.mjs');
    writeFileSync(
      application,
      `${imports}process.stdout.write(String(performance.timeOrigin + performance.now()), () => process.exit());\n`,
    );
    tell(what, await measure(application));
  }
} finally {
  for (const each of [directory, scratch]) rmSync(each, { recursive: true, force: true });
}
