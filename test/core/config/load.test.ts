import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntimeConfig, resolveRuntimeConfig } from '@crossbridge/core/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf } from '../../support/config.ts';

const file = (port: number): string => `runtime: {admin: {port: ${port}}}\n`;

describe('loading the configuration', () => {
  let root: string;
  /** Three directories below the root, so that a search from here ends at the root. */
  let deep: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'crossbridge-config-'));
    deep = join(root, 'a', 'b', 'c');
    mkdirSync(join(deep, 'd'), { recursive: true });
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const load = (path?: string, env: Record<string, string> = {}, cwd = deep) => loadRuntimeConfig(path, { env, cwd });
  const messageOf = (path?: string, env: Record<string, string> = {}): string => errorOf(() => load(path, env)).message;

  it('prefers the path given, then CROSSBRIDGE_CONFIG, then the working directory', () => {
    writeFileSync(join(deep, 'crossbridge.yml'), file(1));
    writeFileSync(join(deep, 'env.yml'), file(2));
    writeFileSync(join(deep, 'given.yml'), file(3));
    expect(load('given.yml', { CROSSBRIDGE_CONFIG: 'env.yml' })).toMatchObject({
      config: { admin: { port: 3 } },
      file: join(deep, 'given.yml'),
    });
    expect(load(undefined, { CROSSBRIDGE_CONFIG: 'env.yml' })).toMatchObject({
      config: { admin: { port: 2 } },
      file: join(deep, 'env.yml'),
    });
    expect(load(undefined, { CROSSBRIDGE_CONFIG: '' })).toMatchObject({ config: { admin: { port: 1 } } });
    expect(load()).toMatchObject({ config: { admin: { port: 1 } }, file: join(deep, 'crossbridge.yml') });
  });

  it('looks into three parent directories, the nearest first, and no further', () => {
    writeFileSync(join(root, 'crossbridge.yml'), file(1));
    expect(load().file).toBe(join(root, 'crossbridge.yml'));
    expect(load(undefined, {}, join(deep, 'd')).file).toBeUndefined();
    writeFileSync(join(root, 'a', 'crossbridge.yml'), file(2));
    expect(load().config.admin.port).toBe(2);
  });

  it('is all defaults without a file', () => {
    expect(load()).toEqual({ config: resolveRuntimeConfig(), warnings: [], file: undefined });
  });

  it('names the file in problems and warnings the way the user would', () => {
    writeFileSync(join(root, 'a', 'crossbridge.yml'), file(-1));
    writeFileSync(join(deep, 'x.yml'), 'runtime: {other: 1}');
    expect(messageOf()).toContain(`${join('..', '..', 'crossbridge.yml')}:1:25  runtime.admin.port`);
    expect(load('x.yml').warnings).toEqual([expect.objectContaining({ file: 'x.yml' })]);
  });

  it('takes placeholders from the environment it is given', () => {
    writeFileSync(join(deep, 'crossbridge.yml'), 'runtime:\n  admin:\n    port: $' + '{P}\n');
    expect(load(undefined, { P: '77' }).config.admin.port).toBe(77);
  });

  it('takes the environment and directory of the process by default', () => {
    writeFileSync(join(deep, 'env.yml'), 'runtime:\n  admin:\n    port: $' + '{P}\n');
    const core = new URL('../../../packages/core/src/config/index.ts', import.meta.url).href;
    const script = `const { loadRuntimeConfig } = await import(${JSON.stringify(core)}); console.log(loadRuntimeConfig().config.admin.port)`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: deep,
      env: { ...process.env, CROSSBRIDGE_CONFIG: 'env.yml', P: '4321' },
      encoding: 'utf8',
    });
    expect(output.trim()).toBe('4321');
  });

  it('refuses a file that was named and does not exist', () => {
    writeFileSync(join(deep, 'crossbridge.yml'), file(1));
    expect(messageOf('no.yml')).toBe('no.yml has 1 problem:\n  no.yml: does not exist');
    expect(messageOf('crossbridge.yml/x')).toContain('does not exist');
    expect(messageOf(undefined, { CROSSBRIDGE_CONFIG: 'no.yml' })).toContain(
      'no.yml: does not exist (named by CROSSBRIDGE_CONFIG)',
    );
  });

  it('refuses a directory, also one that it finds itself', () => {
    expect(messageOf('.')).toContain('is a directory');
    mkdirSync(join(deep, 'crossbridge.yml'));
    expect(messageOf()).toContain('is a directory');
  });

  it.skipIf(process.platform === 'win32')('refuses what could be waited for for ever', () => {
    expect(messageOf('/dev/zero')).toContain('is not a regular file');
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that it may not read', () => {
    writeFileSync(join(deep, 'secret.yml'), file(1));
    chmodSync(join(deep, 'secret.yml'), 0);
    expect(messageOf('secret.yml')).toContain('cannot be read: permission denied');
  });

  it('refuses more than 1 MiB and takes exactly that', () => {
    const padded = (bytes: number): string => file(5) + '#'.repeat(bytes - file(5).length);
    writeFileSync(join(deep, 'most.yml'), padded(1024 * 1024));
    writeFileSync(join(deep, 'more.yml'), padded(1024 * 1024 + 1));
    expect(load('most.yml').config.admin.port).toBe(5);
    expect(messageOf('more.yml')).toContain('is larger than 1 MiB (1048577 bytes)');
  });

  it('refuses what is not UTF-8, and takes a byte order mark', () => {
    writeFileSync(join(deep, 'latin.yml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    writeFileSync(join(deep, 'bom.yml'), `\uFEFF${file(6)}`);
    expect(messageOf('latin.yml')).toContain('is not valid UTF-8');
    expect(load('bom.yml').config.admin.port).toBe(6);
  });
});
