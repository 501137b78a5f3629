import { type RuntimeConfigInput, resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse, problemsOf, yaml } from '../../support/config.ts';

const DEFAULTS = {
  fetch: { operation: null },
  undici: { operation: null },
  openai: { operation: null },
  '@anthropic-ai/sdk': { operation: null },
  pg: { operation: 'db.query' },
  mysql2: { operation: 'db.query' },
  ioredis: { operation: 'redis.command' },
};

describe('patches', () => {
  it('are all there when nothing is said, each with the operation that its calls usually have', () => {
    expect(parse(yaml`runtime: {}`).config.patches).toEqual(DEFAULTS);
  });

  it('says in YAML what it says in code, and a finished one stays the same', () => {
    const { config, warnings } = parse(yaml`
      runtime:
        operations: {orders: {retry: quick}}
        patches:
          pg: {operation: orders}
          mysql2: false
          ioredis: true
          undici: {operation: orders}
          "@anthropic-ai/sdk": {operation: null}
    `);
    const input: RuntimeConfigInput = {
      operations: { orders: { retry: 'quick' } },
      patches: { pg: { operation: 'orders' }, mysql2: false, ioredis: true, undici: { operation: 'orders' } },
    };
    expect(warnings).toEqual([]);
    expect(config.patches).toEqual({
      ...DEFAULTS,
      pg: { operation: 'orders' },
      mysql2: false,
      undici: { operation: 'orders' },
    });
    expect(resolveRuntimeConfig(input)).toEqual(config);
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it('need not have the usual operation, but the one that was chosen', () => {
    expect(parse(yaml`runtime: {patches: {pg: {operation: db.query}}}`).warnings).toEqual([]);
    expect(
      problemsOf(yaml`
        runtime:
          operations: {orders: {retry: quick}}
          patches:
            pg: {operation: order}
      `),
    ).toEqual(['4:21 runtime.patches.pg.operation: no operation is called order; did you mean "orders"?']);
  });

  it.each([
    ['mysql: false', /mysql2/],
    ['pg: {operation: null, retry: true}', /retry/],
    ['pg: off', /true, false or a map with operation/],
  ])('are refused as %s', (text, message) => {
    expect(problemsOf(yaml`runtime: {patches: {${text}}}`).join()).toMatch(message);
  });
});
