import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runApp } from '../support/app.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = 'packages/agent/dist/bundle/register.js';
const TELL_LOADS = ['--import', './test/e2e/apps/start/tell-loads.mjs'];
const CONFIG = `
runtime:
  operations:
    once: { rate_limit: { capacity: 1, window_seconds: 1000 } }
    flaky: { retry: { max_attempts: 3, base_delay: 1ms, max_delay: 1ms } }
  upstreams:
    - { match: { path: /once }, operation: once }
    - { match: { path: "/flaky/**" }, operation: flaky }
`;

async function filesLoaded(
  env: Readonly<Record<string, string>>,
  { app = 'start/nothing.mjs', entry = '@crossbridge/agent' }: { app?: string; entry?: string | null } = {},
): Promise<string[]> {
  const flags = [...TELL_LOADS, ...(entry === null ? [] : ['--import', entry])];
  const { code, stdout, stderr } = await runApp({ app, config: CONFIG, flags, env });
  expect(code, stderr).toBe(0);
  const urls = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[];
  return urls.map((url) => relative(ROOT, fileURLToPath(url))).filter((file) => !file.startsWith('test/'));
}

describe('the register entry', () => {
  it('is one file', async () => {
    expect(await filesLoaded({})).toEqual([BUNDLE]);
  });

  it('is still one file when it exports over HTTP', async () => {
    expect(await filesLoaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })).toEqual([BUNDLE]);
    const json = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    expect(await filesLoaded({ ...json, OTEL_LOGS_EXPORTER: 'otlp', OTEL_PROPAGATORS: 'b3' })).toEqual([BUNDLE]);
  });

  it('adds what wraps imports, and nothing else, when the application uses what is instrumented', async () => {
    const app = 'start/instrumented.cjs';
    const alone = await filesLoaded({}, { app, entry: null });
    const added = (await filesLoaded({}, { app })).filter((file) => !alone.includes(file));
    expect(alone.length).toBeGreaterThan(100);
    expect(added.map((file) => file.replace(/^(node_modules\/[^/]+)\/.*/, '$1'))).toEqual([
      BUNDLE,
      'node_modules/import-in-the-middle',
      'node_modules/module-details-from-path',
      'node_modules/import-in-the-middle',
    ]);
  });

  it('loads what gRPC takes when it is to export that way, and then exports all three signals', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    const files = await filesLoaded(env);
    for (const signal of ['logs', 'metrics', 'trace']) {
      expect(files).toContain(`node_modules/@opentelemetry/exporter-${signal}-otlp-grpc/dist/index.cjs`);
    }
    expect(files.some((file) => file.includes('/@grpc/grpc-js/'))).toBe(true);
  });

  it('uses the API of OpenTelemetry that is installed when it is not the version in the bundle', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'crossbridge-start-'));
    try {
      const api = join(directory, 'node_modules/@opentelemetry/api');
      await cp(join(ROOT, 'packages/agent/dist/bundle'), directory, { recursive: true });
      await cp(join(ROOT, 'node_modules/@opentelemetry/api'), api, { recursive: true });
      const entry = join(directory, 'register.js');
      const loaded = async (): Promise<boolean> => {
        const files = await filesLoaded({}, { entry });
        return files.some((file) => file.endsWith('node_modules/@opentelemetry/api/dist/index.cjs'));
      };
      expect(await loaded()).toBe(false);
      const manifest = join(api, 'package.json');
      await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(/"version": ".*"/, '"version": "1.99.0"'));
      expect(await loaded()).toBe(true);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('loads no part of Node.js that takes long and that nobody has asked for', async () => {
    const { stdout, stderr } = await runApp({ app: 'start/builtins.mjs', config: CONFIG });
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded, stderr).toContain('NativeModule worker_threads');
    for (const name of ['child_process', 'http', 'https', 'internal/deps/undici/undici', 'tls']) {
      expect(loaded).not.toContain(`NativeModule ${name}`);
    }
  });
});

describe('an application with copies of its own beside those in the register entry', () => {
  it('shares the bridge, its limits, errors and checks, repeats nothing twice, and is traced', async () => {
    const { stdout, stderr } = await runApp({ app: 'start/copies.mjs', config: CONFIG });
    const { operations, ...told } = JSON.parse(stdout) as Record<string, unknown>;
    expect(operations, stderr).toEqual(expect.arrayContaining(['once', 'flaky']));
    expect(told).toEqual({
      refused: [
        ['RateLimitExceeded', true, true, true],
        ['RateLimitExceeded', true, true, true],
      ],
      hits: { '/once': 1, '/flaky/by-hand': 3, '/flaky/around': 2 },
      badConfig: true,
      checks: ['own'],
      recording: true,
    });
  });
});
