import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBridge } from '@crossbridge/core';
import { ConfigError } from '@crossbridge/core/config';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getDefaultBridge, setDefaultBridge } from '../../../packages/core/src/default-bridge/default-bridge.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crossbridge-'));
  vi.stubEnv('CROSSBRIDGE_CONFIG', undefined);
  vi.spyOn(process, 'cwd').mockReturnValue(directory);
  setDefaultBridge(undefined);
});

afterEach(() => {
  setDefaultBridge(undefined);
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function write(name: string, ...lines: string[]): string {
  const file = join(directory, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe('getDefaultBridge', () => {
  it('has the defaults where there is no file', () => {
    expect(getDefaultBridge().config.rateLimiting.defaults.search).toEqual({ capacity: 30, windowSeconds: 60 });
  });

  it('loads crossbridge.yml at the first use, and once', () => {
    write('crossbridge.yml', 'runtime: {rate_limiting: {defaults: {search: {capacity: 7}}}}');
    const bridge = getDefaultBridge();
    expect(bridge.config.rateLimiting.defaults.search?.capacity).toBe(7);
    write('crossbridge.yml', 'runtime: {rate_limiting: {defaults: {search: {capacity: 8}}}}');
    expect(getDefaultBridge()).toBe(bridge);
  });

  it('loads the file that CROSSBRIDGE_CONFIG names', () => {
    vi.stubEnv('CROSSBRIDGE_CONFIG', write('other/limits.yml', 'runtime: {rate_limiting: {max_keys: 9}}'));
    expect(getDefaultBridge().config.rateLimiting.maxKeys).toBe(9);
  });

  it('fails with all problems when the file cannot be used, and looks again at the next use', () => {
    write('crossbridge.yml', 'runtime: {rate_limiting: {max_keys: none}}');
    expect(() => getDefaultBridge()).toThrow(ConfigError);
    write('crossbridge.yml', 'runtime: {rate_limiting: {max_keys: 9}}');
    expect(getDefaultBridge().config.rateLimiting.maxKeys).toBe(9);
  });

  it('passes the warnings of the file on', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    write('crossbridge.yml', 'runtime: {sidecar: {enabled: true}}');
    getDefaultBridge();
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('sidecar'), {
      type: 'CrossbridgeWarning',
      code: 'CROSSBRIDGE_CONFIG',
    });
  });
});

describe('setDefaultBridge', () => {
  it('makes a bridge the default one, without reading any file', () => {
    write('crossbridge.yml', 'not: [valid');
    const bridge = createBridge();
    setDefaultBridge(bridge);
    expect(getDefaultBridge()).toBe(bridge);
  });

  it.each([[{}], [null], ['crossbridge.yml'], [Promise.resolve()]])('refuses %o, which is no bridge', (bridge) => {
    const before = getDefaultBridge();
    expect(() => setDefaultBridge(bridge as never)).toThrow(
      /setDefaultBridge must be a bridge \(see createBridge\), got/,
    );
    expect(getDefaultBridge()).toBe(before);
  });

  it('forgets it again, and does not close it', async () => {
    const bridge = createBridge();
    setDefaultBridge(bridge);
    setDefaultBridge(undefined);
    expect(getDefaultBridge()).not.toBe(bridge);
    expect(await bridge.run('op', () => 1)).toBe(1);
  });

  it('is seen by another copy of the package', async () => {
    const bridge = createBridge();
    setDefaultBridge(bridge);
    vi.resetModules();
    const copy = await import('../../../packages/core/src/default-bridge/default-bridge.ts');
    expect(copy.getDefaultBridge).not.toBe(getDefaultBridge);
    expect(copy.getDefaultBridge()).toBe(bridge);
  });
});
