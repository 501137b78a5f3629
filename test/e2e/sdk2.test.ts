import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithServers, serverPath } from '../support/servers.ts';

interface Told {
  readonly points: readonly { readonly name: string; readonly attributes: object; readonly value: number }[];
  readonly spans: readonly { readonly name: string; readonly attributes: object }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

describeWithServers(['sdk2'], 'an application with OpenTelemetry SDK 2.x and API 1.9', () => {
  let directory: string;

  /** A place where `@opentelemetry/api` is the application's, as npm would lay it out. */
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'crossbridge-sdk2-'));
    const modules = join(directory, 'node_modules');
    await mkdir(join(modules, '@crossbridge'), { recursive: true });
    await symlink(join(serverPath('sdk2'), 'node_modules', '@opentelemetry'), join(modules, '@opentelemetry'));
    for (const name of ['cockatiel', 'zod', 'yaml']) {
      await symlink(join(root, 'node_modules', name), join(modules, name));
    }
    for (const name of ['core', 'otel']) {
      const target = join(modules, '@crossbridge', name);
      await cp(join(root, 'packages', name, 'dist'), join(target, 'dist'), { recursive: true });
      await cp(join(root, 'packages', name, 'package.json'), join(target, 'package.json'));
    }
    for (const app of ['app.mjs', 'copies.mjs']) {
      await cp(join(root, 'test/e2e/apps/sdk2', app), join(directory, app));
    }
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(['early', 'late'])('has its spans and metrics when the SDK comes %s', async (when) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['app.mjs', when], { cwd: directory });
    expect(stderr).toBe('');
    const { points, spans } = JSON.parse(stdout) as Told;
    const value = (name: string, attributes: object): number | undefined =>
      points.find((point) => point.name === name && matches(point.attributes, attributes))?.value;
    const search = { 'crossbridge.operation': 'search' };
    expect(value('crossbridge.call.duration', { ...search, 'crossbridge.outcome': 'success' })).toBe(1);
    expect(value('crossbridge.retry.decisions', { 'crossbridge.retry.decision': 'retried', 'error.type': '503' })).toBe(
      1,
    );
    expect(value('crossbridge.retry.decisions', { 'crossbridge.retry.decision': 'exhausted' })).toBe(0);
    expect(value('crossbridge.bulkhead.limit', search)).toBe(3);
    expect(spans.map(({ name }) => name)).toEqual(['search attempt', 'search attempt', 'search']);
    expect(spans.at(-1)?.attributes).toMatchObject({ 'crossbridge.call.attempts': 2 });
  });

  it('says so once when a newer copy of the API beside it cannot see the SDK', async () => {
    const own = join(directory, 'node_modules/@crossbridge/otel/node_modules/@opentelemetry');
    await mkdir(own, { recursive: true });
    await symlink(join(root, 'node_modules/@opentelemetry/api'), join(own, 'api'));
    const { stderr } = await promisify(execFile)(process.execPath, ['copies.mjs'], { cwd: directory });
    expect(stderr.match(/CROSSBRIDGE_OTEL_API/g)).toHaveLength(1);
    expect(stderr).toContain('registered through another copy of @opentelemetry/api (1.9.1)');
  });
});

function matches(attributes: object, expected: object): boolean {
  return Object.entries(expected).every(([name, value]) => (attributes as Record<string, unknown>)[name] === value);
}
