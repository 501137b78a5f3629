import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

/** `node demo/main.ts` as a process of its own, with its output on pipes. */
class Demo {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exitCode: Promise<number | null>;

  constructor(...args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exitCode = once(this.process, 'close').then(([code]) => code as number | null);
  }

  /** Base URLs of everything that listens: service, upstream and admin endpoint. */
  get origins(): readonly string[] {
    return [...new Set(this.stdout.match(/http:\/\/127\.0\.0\.1:\d+/g))];
  }

  async shows(text: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.stdout).toMatch(text), { timeout: 60_000, interval: 50 });
  }
}

let demo: Demo | undefined;

function start(...args: readonly string[]): Demo {
  demo = new Demo(...args);
  return demo;
}

afterEach(async () => {
  demo?.process.kill('SIGTERM');
  await demo?.exitCode;
});

async function childrenOf(pid: number | undefined): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  const rows = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
  return new Map(
    rows.flatMap((row) => (Number(row?.[2]) === pid ? [[row?.[3] ?? '', Number(row?.[1])] as const] : [])),
  );
}

async function listening(origins: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.allSettled(origins.map((origin) => fetch(origin)));
  return origins.filter((_origin, index) => answers[index]?.status === 'fulfilled');
}

/** A number column of a row of one of the tables that the demo prints last. */
function cell(output: string, row: string, column: string): number {
  const lines = output.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith(`${row} `));
  const header = lines.slice(0, at).findLast((line) => /^(operation|endpoint) /.test(line)) ?? '';
  const split = (line: string): readonly string[] => line.split(/\s+/);
  return Number(split(lines[at] ?? '')[split(header).indexOf(column)]?.replaceAll(',', ''));
}

describe('npm run demo', () => {
  it('shows retries, throttles and a breaker that opens and closes, and agrees with what the upstream counted', async () => {
    const run = start('--seconds', '8');
    expect({ exitCode: await run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/^5 s {3}health: \w+$/m);
    expect(run.stdout).toMatch(/^Circuit breaker of inventory: .*closed → open.*half_open → closed/m);
    expect(run.stdout).toMatch(/^Retries saved [1-9]\d* calls/m);
    expect(cell(run.stdout, 'search', 'throttled')).toBeGreaterThan(0);
    for (const operation of ['ai_generate', 'embed', 'search', 'inventory']) {
      const attempts = cell(run.stdout, operation, 'attempts');
      expect(attempts).toBeGreaterThan(0);
      // An attempt may time out before its request has left a busy process.
      expect(Math.abs(attempts - cell(run.stdout, operation, 'upstream'))).toBeLessThanOrEqual(3);
    }
    expect(cell(run.stdout, 'all', 'ok')).toBeGreaterThan(0);
    expect(run.origins).toHaveLength(3);
    expect(await listening(run.origins)).toEqual([]);
  });

  it('fails and says what it did not show when the load is too small for it', async () => {
    const run = start('--seconds', '5', '--rate', '1');
    expect(await run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/^The demo did not show all it should: .*no call was throttled/m);
  });

  it('runs the same without CrossBridge, and then shows only what the callers saw', async () => {
    const run = start('--seconds', '5', '--without');
    expect(await run.exitCode).toBe(0);
    expect(cell(run.stdout, 'all', 'requests')).toBeGreaterThan(0);
    expect(run.stdout).not.toContain('/metrics');
    expect(run.origins).toHaveLength(2);
    expect(await listening(run.origins)).toEqual([]);
  });

  it('says so when the usual admin port is taken, serves on another, and leaves nothing behind after Ctrl-C', async () => {
    const occupant = createServer().on('error', () => undefined);
    occupant.listen(9_464, '127.0.0.1');
    try {
      const run = start('--keep', '--seconds', '5', '--rate', '20');
      await run.shows('It goes on until you press Ctrl-C');
      expect(run.stdout).toContain('port 9464 is taken');
      const health = run.origins.map((origin) => fetch(`${origin}/healthz`).then(({ status }) => status));
      expect(await Promise.all(health)).toEqual([
        404,
        404,
        expect.toSatisfy((status) => status === 200 || status === 503),
      ]);
      run.process.kill('SIGINT');
      expect([0, 1]).toContain(await run.exitCode);
      expect(await listening(run.origins)).toEqual([]);
    } finally {
      occupant.close();
    }
  });

  it('ends early on Ctrl-C with the exit code of an interrupted command', async () => {
    const run = start('--seconds', '60');
    await run.shows('/healthz');
    run.process.kill('SIGINT');
    expect(await run.exitCode).toBe(130);
    expect(await listening(run.origins)).toEqual([]);
  });

  it.each([['service/server.js'], ['upstream/main.ts'], ['service/server.js', '--without']])(
    'fails when %s dies, and stops the rest',
    async (program, ...more) => {
      const run = start('--seconds', '3600', ...more);
      await run.shows('/stock/7');
      const [, pid] = [...(await childrenOf(run.process.pid))].find(([args]) => args.includes(program)) ?? [];
      if (pid === undefined) throw new Error(`no child runs ${program}`);
      process.kill(pid, 'SIGKILL');
      expect(await run.exitCode).toBe(1);
      expect(run.stderr).toMatch(/^the (service|upstream) ended by SIGKILL/);
      expect(await listening(run.origins)).toEqual([]);
    },
  );

  it('refuses arguments that it does not know', async () => {
    const run = start('--fast');
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toContain('Usage: npm run demo');
  });
});
