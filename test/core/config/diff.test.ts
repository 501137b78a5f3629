import { diffConfig, resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse } from '../../support/config.ts';

describe('the difference of two configurations', () => {
  const before = resolveRuntimeConfig({
    operations: { a: { retry: true }, b: { timeout: { totalMs: 5 } }, gone: {}, constructor: {} },
  });

  it('is empty when they mean the same', () => {
    expect(diffConfig(before, resolveRuntimeConfig(before))).toEqual([]);
    expect(diffConfig(resolveRuntimeConfig(), parse('# nothing').config)).toEqual([]);
  });

  it('names the operations that came, went and changed, and the other sections', () => {
    const after = resolveRuntimeConfig({
      operations: { a: { retry: true }, b: { timeout: { totalMs: 6 } }, 'n w': {}, constructor: {} },
      healthChecks: { successThreshold: 2 },
      admin: { port: 1 },
    });
    const change = (kind: string, operation: string, path: string) => ({
      section: 'operations',
      operation,
      change: kind,
      path,
    });
    const section = (name: string, path: string) => ({ section: name, operation: undefined, change: 'changed', path });
    expect(diffConfig(before, after)).toEqual([
      section('healthChecks', 'health_checks'),
      change('changed', 'b', 'operations.b'),
      change('removed', 'gone', 'operations.gone'),
      change('added', 'n w', 'operations["n w"]'),
      section('admin', 'admin'),
    ]);
  });

  it('names what only the start reads, too', () => {
    const after = resolveRuntimeConfig({
      admin: { allowedHosts: ['a.com'] },
      shutdown: { drainLimitMs: 1 },
      telemetry: { sampling: { keepWhatHurts: false } },
    });
    expect(diffConfig(resolveRuntimeConfig(), after).map(({ path }) => path)).toEqual([
      'admin',
      'shutdown',
      'telemetry',
    ]);
  });

  it('shows where a general policy reaches', () => {
    const paths = (text: string) =>
      diffConfig(parse('runtime: {operations: {a: {}, b: {}}}').config, parse(text).config).map(({ path }) => path);
    expect(paths('runtime: {timeout: {total: 1}, operations: {a: {}, b: {timeout: false}}}')).toEqual(['operations.a']);
    expect(paths('runtime: {retry: {quick_policy: {max_attempts: 5}}, operations: {a: {}, b: {}}}')).toEqual(['retry']);
  });
});
