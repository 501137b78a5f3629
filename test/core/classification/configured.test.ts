import { createBridge } from '@crossbridge/core';
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import type { ErrorRule } from '../../../packages/core/src/classification/error-rule.ts';
import { failing, httpError, rejection, testBridge } from '../../support/bridges.ts';
import { parse, yaml } from '../../support/config.ts';

const retry = { maxAttempts: 2, baseDelayMs: 0, maxDelayMs: 0 };

/** How many attempts a call of the operation makes when it fails with that status. */
async function attemptsOn(status: number, operation: string, bridge: ReturnType<typeof createBridge>): Promise<number> {
  const fn = failing(Array(9).fill(httpError(status)), 'never');
  await rejection(bridge.run(operation, fn));
  return fn.calls;
}

describe('error rules of a config', () => {
  it('decide what a bridge retries: for one operation, and for all of them', async () => {
    const { config } = parse(yaml`
      runtime:
        retry: {default_policy: {max_attempts: 2, base_delay: 0, max_delay: 0}}
        operations:
          index:
            retry: true
            error_rules:
              - {match: {status: 404}, class: transient}
              - {match: {status: 503}, class: permanent}
          other: {retry: true}
        error_rules:
          - {match: {status: 409}, class: transient}
          - {match: {status: 503}, class: transient}
    `);
    const bridge = createBridge(config);
    expect(await attemptsOn(404, 'index', bridge)).toBe(2);
    expect(await attemptsOn(404, 'other', bridge)).toBe(1);
    expect(await attemptsOn(409, 'index', bridge)).toBe(2);
    expect(await attemptsOn(409, 'other', bridge)).toBe(2);
    expect(await attemptsOn(503, 'index', bridge)).toBe(1);
    expect(await attemptsOn(503, 'other', bridge)).toBe(2);
    expect(await attemptsOn(410, 'index', bridge)).toBe(1);
  });

  it('give way to rules given in code, and go before the built-in tables', async () => {
    const decidedBy = async (...levels: readonly string[]): Promise<number> => {
      const rule = (level: string): ErrorRule[] =>
        levels.includes(level)
          ? [{ match: { status: 503 }, class: level.endsWith('yes') ? 'transient' : 'permanent' }]
          : [];
      const both = (level: string): ErrorRule[] => [...rule(`${level}-yes`), ...rule(`${level}-no`)];
      const bridge = createBridge(
        { operations: { op: { retry, errorRules: both('operation') } }, errorRules: both('runtime') },
        { errorRules: both('code') },
      );
      return attemptsOn(503, 'op', bridge);
    };
    expect(await decidedBy()).toBe(2);
    expect(await decidedBy('runtime-no')).toBe(1);
    expect(await decidedBy('runtime-no', 'operation-yes')).toBe(2);
    expect(await decidedBy('runtime-yes', 'operation-no')).toBe(1);
    expect(await decidedBy('runtime-no', 'operation-no', 'code-yes')).toBe(2);
    expect(await decidedBy('runtime-yes', 'operation-yes', 'code-no')).toBe(1);
  });

  it('decide what the breaker counts, and what telemetry calls the error', async () => {
    const { bridge, observer } = testBridge({
      circuitBreaker: { consecutiveFailures: 1 },
      errorRules: [{ match: { name: 'Maintenance' }, breaker: 'ignored' }],
    });
    const maintenance = Object.assign(new Error('back at noon'), { name: 'Maintenance' });
    await rejection(bridge.run('op', failing([maintenance], 1)));
    expect(bridge.circuitBreaker('op')?.state).toBe('closed');
    expect(observer.events).toContainEqual(expect.objectContaining({ type: 'call.ended', errorType: 'Maintenance' }));
    await rejection(bridge.run('op', failing([new Error('x')], 1)));
    expect(bridge.circuitBreaker('op')?.state).toBe('open');
  });

  it('count in a retry without an operation, too', async () => {
    const bridge = createBridge({ errorRules: [{ match: { status: 409 }, class: 'transient' }] });
    const fn = failing([httpError(409)], 'later');
    expect(await bridge.retry(fn, { maxAttempts: 2, baseDelayMs: 0 })).toBe('later');
  });

  it('follow a reload: those that are gone decide nothing any more', async () => {
    const operation = { retry, circuitBreaker: null };
    const bridge = createBridge({ operations: { op: operation } });
    expect(await attemptsOn(404, 'op', bridge)).toBe(1);
    const own: ErrorRule[] = [{ match: { status: 404 }, class: 'transient' }];
    const changes = bridge.apply({ operations: { op: { ...operation, errorRules: own } } });
    expect(changes.map(({ path }) => path)).toEqual(['operations.op']);
    expect(await attemptsOn(404, 'op', bridge)).toBe(2);
    const general = bridge.apply({
      operations: { op: operation },
      errorRules: [{ match: { status: 410 }, class: 'transient' }],
    });
    expect(general.map(({ path }) => path).toSorted()).toEqual(['error_rules', 'operations.op']);
    expect(await attemptsOn(404, 'op', bridge)).toBe(1);
    expect(await attemptsOn(410, 'op', bridge)).toBe(2);
    bridge.apply({ operations: { op: operation } });
    expect(await attemptsOn(410, 'op', bridge)).toBe(1);
  });

  it('come out of a finished config unchanged', () => {
    const config = resolveRuntimeConfig({
      operations: { op: { errorRules: [{ match: { status: '5xx', code: ['A', 'B'] }, notExecuted: true }] } },
      errorRules: [{ match: { label: 'L' }, class: 'rolled_back', breaker: 'ignored', why: 'because' }],
    });
    expect(config.errorRules).toEqual([
      { name: 'errorRules[0]', match: { label: ['L'] }, class: 'rolled_back', breaker: 'ignored', why: 'because' },
    ]);
    expect(config.operations.op?.errorRules).toEqual([
      { name: 'operations.op.errorRules[0]', match: { status: ['5xx'], code: ['A', 'B'] }, notExecuted: true },
    ]);
    expect(resolveRuntimeConfig(config)).toEqual(config);
    expect(resolveRuntimeConfig({ operations: { op: { errorRules: [] } } }).operations.op).not.toHaveProperty(
      'errorRules',
    );
  });
});
