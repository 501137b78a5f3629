import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AdminThread } from '../../../packages/agent/src/admin/admin-thread.ts';
import type { FromAdminThread } from '../../../packages/agent/src/admin/messages.ts';
import { SharedState } from '../../../packages/agent/src/admin/shared-state.ts';
import { freePort } from '../../support/app.ts';
import { SETTINGS, snapshotOf } from './fakes.ts';

const directory = mkdtempSync(join(tmpdir(), 'crossbridge-admin-'));
const threads: AdminThread[] = [];

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.close()));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A thread that runs this code in the place of the endpoints. */
function threadOf(code: string) {
  const seen = { messages: [] as FromAdminThread[], starts: 0, deaths: [] as [why: string, final: boolean][] };
  const entry = join(directory, 'entry.mjs');
  writeFileSync(entry, `import { parentPort, workerData } from 'node:worker_threads';\n${code}`);
  const thread = new AdminThread({
    shared: new SharedState(),
    settings: SETTINGS,
    entry: pathToFileURL(entry),
    restartMs: 1,
    onMessage: (message) => seen.messages.push(message),
    onStart: () => {
      seen.starts += 1;
    },
    onDeath: (...death) => seen.deaths.push(death),
  });
  threads.push(thread);
  return { thread, seen };
}

describe('AdminThread', () => {
  it('serves again on the same port after a crash, and remembers that the start was over', async () => {
    const shared = new SharedState();
    const ports: number[] = [];
    const deaths: string[] = [];
    const port = await freePort();
    const thread = new AdminThread({
      shared,
      settings: { ...SETTINGS, port },
      restartMs: 1,
      onMessage: (message) => message.type === 'listening' && ports.push(message.port),
      onStart: () => {},
      onDeath: (why) => deaths.push(why),
    });
    threads.push(thread);
    const startup = async () => (await fetch(`http://127.0.0.1:${port}/startupz`)).status;
    shared.beat();
    thread.post({ type: 'snapshot', json: JSON.stringify(snapshotOf()) });
    await expect.poll(() => ports).toEqual([port]);
    await expect.poll(startup).toBe(200);
    thread.post({ type: 'snapshot', json: 'no JSON' });
    await expect.poll(() => ports, { timeout: 10_000 }).toEqual([port, port]);
    expect(deaths).toEqual([expect.stringContaining('JSON')]);
    expect(await startup()).toBe(200);
  });

  it('shares no environment, no flags and no standard preload with the process', async () => {
    const { seen } = threadOf(
      'parentPort.postMessage({ type: "failed", what: String(process.execArgv), message: Object.keys(process.env).join() });',
    );
    await expect.poll(() => seen.messages[0]).toEqual({ type: 'failed', what: '', message: '' });
  });

  it('is told what is posted, and given the shared memory', async () => {
    const { thread, seen } = threadOf(
      'parentPort.on("message", ({ json }) => parentPort.postMessage({ type: "listening", port: workerData.memory.byteLength + Number(json) }));',
    );
    thread.post({ type: 'snapshot', json: '1' });
    await expect.poll(() => seen.messages).toEqual([{ type: 'listening', port: 17 }]);
  });

  it('is replaced five times when it dies, each time told of, and then given up', async () => {
    const { seen } = threadOf('throw new Error("broken");');
    await expect.poll(() => seen.deaths.at(-1)?.[1], { timeout: 30_000 }).toBe(true);
    expect(seen.starts).toBe(6);
    expect(seen.deaths).toEqual([...Array.from({ length: 5 }, () => ['broken', false]), ['broken', true]]);
  });

  it('is replaced when it runs out of its memory, which is not that of the application', async () => {
    const { seen } = threadOf('const all = []; for (;;) all.push(new Array(10_000).fill(0.5));');
    await expect.poll(() => seen.starts, { timeout: 50_000 }).toBeGreaterThan(1);
    expect(seen.deaths[0]?.[0]).toMatch(/memory/);
  });

  it('is not replaced once it was closed', async () => {
    const { thread, seen } = threadOf('setInterval(() => {}, 1_000);');
    await thread.close();
    expect([seen.starts, seen.deaths]).toEqual([1, []]);
  });
});
