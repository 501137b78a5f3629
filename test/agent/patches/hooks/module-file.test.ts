import { describe, expect, it } from 'vitest';
import { moduleFileOf, packageOf, versionIn } from '../../../../packages/agent/src/patches/hooks/module-file.ts';

describe('the file of a package', () => {
  it.each([
    ['/app/node_modules/pg/lib/client.js', 'pg/lib/client', '/app/node_modules/pg'],
    ['/app/node_modules/pg-pool/index.js', 'pg-pool', '/app/node_modules/pg-pool'],
    ['/app/node_modules/openai/index.mjs', 'openai', '/app/node_modules/openai'],
    [
      '/app/node_modules/@anthropic-ai/sdk/client.mjs',
      '@anthropic-ai/sdk/client',
      '/app/node_modules/@anthropic-ai/sdk',
    ],
    ['/app/node_modules/ioredis/built/index.js', 'ioredis/built', '/app/node_modules/ioredis'],
    [
      '/a/node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/client.js',
      'pg/lib/client',
      '/a/node_modules/.pnpm/pg@8.1.0/node_modules/pg',
    ],
    ['C:\\app\\node_modules\\pg\\lib\\client.js', 'pg/lib/client', 'C:\\app\\node_modules\\pg'],
  ])('of %s is %s', (path, name, directory) => {
    expect(moduleFileOf(path)).toEqual({ name, directory });
  });

  it.each(['/app/src/client.js', '/app/node_modules/pg', '/app/node_modules/@anthropic-ai/sdk'])(
    'is none of %s',
    (path) => {
      expect(moduleFileOf(path)).toBeUndefined();
    },
  );

  it('belongs to a package, which may have a scope', () => {
    expect(packageOf('pg/lib/client')).toBe('pg');
    expect(packageOf('@anthropic-ai/sdk/client')).toBe('@anthropic-ai/sdk');
  });

  it('has the version of its package, or none that can be told', () => {
    expect(versionIn(new URL('../../../../node_modules/pg', import.meta.url).pathname)).toMatch(/^8\./);
    expect(versionIn('/no/such/directory')).toBeUndefined();
  });
});
