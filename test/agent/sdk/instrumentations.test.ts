import { afterEach, describe, expect, it, vi } from 'vitest';
import { instrumentedImports, isWanted } from '../../../packages/agent/src/sdk/instrumentations.ts';

afterEach(() => vi.unstubAllEnvs());

describe('which instrumentations are wanted', () => {
  it.each([
    ['all', undefined, undefined, ['http', 'pg', 'redis']],
    ['all but those switched off', undefined, ' pg ,nothing', ['http', 'redis']],
    ['only those named', 'http, redis', undefined, ['http', 'redis']],
    ['those named and not switched off', 'http,redis', 'redis', ['http']],
    ['none, where only others are named', 'express', undefined, []],
    ['all, where the variables are empty', '', '', ['http', 'pg', 'redis']],
  ])('%s', (_, enabled, disabled, expected) => {
    vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', enabled);
    vi.stubEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS', disabled);
    expect(['http', 'pg', 'redis'].filter(isWanted)).toEqual(expected);
  });

  it('has imports watched only for those', () => {
    expect(instrumentedImports()).toEqual(['ioredis/built']);
    vi.stubEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'ioredis');
    expect(instrumentedImports()).toEqual([]);
  });
});
