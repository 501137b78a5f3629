import { hostname } from 'node:os';
import { createBridge } from '@crossbridge/core';
import type { AdminConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { adminSettings, isLoopback } from '../../../packages/agent/src/admin/settings.ts';
import { digestOf } from '../../../packages/agent/src/admin/worker/bearer.ts';

const ADMIN = createBridge().config.admin;

function settings(config: Partial<AdminConfig> = {}, env: Record<string, string> = {}) {
  const warnings: string[] = [];
  return { ...adminSettings({ ...ADMIN, ...config }, env, (message) => warnings.push(message)), warnings };
}

describe('adminSettings', () => {
  it('has limits, and asks for no token, unless told otherwise', () => {
    expect(settings()).toEqual({
      host: '127.0.0.1',
      port: 9_464,
      tokenDigest: undefined,
      hostNames: ['127.0.0.1', hostname().toLowerCase()],
      livenessLimitMs: 30_000,
      readinessLimitMs: 5_000,
      warnings: [],
    });
  });

  it('takes the port of the environment, if it is one', () => {
    expect(settings({}, { CROSSBRIDGE_ADMIN_PORT: '8080' }).port).toBe(8_080);
    for (const port of ['70000', '-1', '1.5', 'x']) {
      const { port: used, warnings } = settings({}, { CROSSBRIDGE_ADMIN_PORT: port });
      expect([used, warnings]).toEqual([9_464, [expect.stringContaining(`got '${port}'; using 9464`)]]);
    }
  });

  it('keeps of the token its digest alone', () => {
    const token = 'correct horse battery';
    const taken = settings({}, { CROSSBRIDGE_ADMIN_TOKEN: ` ${token}\n` });
    expect(taken.tokenDigest).toBe(digestOf(token));
    expect(JSON.stringify(taken)).not.toContain(token);
  });

  it('takes an empty token for none', () => {
    expect(settings({}, { CROSSBRIDGE_ADMIN_TOKEN: ' ' }).tokenDigest).toBeUndefined();
  });

  it('knows the names that are allowed', () => {
    expect(settings({ allowedHosts: ['*.example.com'] }).hostNames).toContain('*.example.com');
  });

  it('warns of a short token, without saying it, and uses it', () => {
    const { tokenDigest, warnings } = settings({}, { CROSSBRIDGE_ADMIN_TOKEN: 'hunter2' });
    expect(tokenDigest).toBe(digestOf('hunter2'));
    expect(warnings).toEqual([expect.stringMatching(/CROSSBRIDGE_ADMIN_TOKEN is short/)]);
    expect(warnings[0]).not.toContain('hunter2');
  });

  it('warns where others than this machine can read without a token', () => {
    expect(settings({ host: '0.0.0.0' }).warnings).toEqual([
      expect.stringContaining('listens on 0.0.0.0 without a token'),
    ]);
    expect(settings({ host: '0.0.0.0' }, { CROSSBRIDGE_ADMIN_TOKEN: 'x'.repeat(16) }).warnings).toEqual([]);
  });
});

describe('isLoopback', () => {
  it('knows the addresses that only this machine can reach', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.nip.io', '1127.0.0.1'].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
