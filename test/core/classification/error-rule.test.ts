import { CircuitOpenError, createBridge, createClassifier, InvalidArgumentError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import type { ErrorMatch, ErrorRule } from '../../../packages/core/src/classification/error-rule.ts';
import { failing } from '../../support/bridges.ts';

function error(properties: object, cause?: unknown): Error {
  return Object.assign(new Error('text'), properties, { cause });
}

function classifyWith(...rules: ErrorRule[]) {
  return createClassifier({ rules });
}

describe('rules of the user', () => {
  it.each<[string, ErrorMatch, Error]>([
    ['status', { status: 404 }, error({ status: 404 })],
    ['one of several statuses', { status: [410, 404] }, error({ response: { status: 404 } })],
    ['code', { code: 'E_BUSY' }, error({ code: 'E_BUSY' })],
    ['numeric code', { code: '14' }, error({ code: 14 })],
    ['class of statuses', { status: '4xx' }, error({ status: 499 })],
    ['name', { name: 'Oops' }, error({ name: 'Oops' })],
    ['class', { name: 'TypeError' }, new TypeError('x')],
    ['sqlstate', { sqlstate: '23505' }, error({ code: '23505', severity: 'ERROR' })],
    ['class of sqlstates', { sqlstate: '23' }, error({ code: '23505', severity: 'ERROR' })],
    ['errno', { errno: 1062 }, error({ errno: 1062, code: 'ER_DUP_ENTRY' })],
    ['labels', { label: ['A', 'B'] }, error({ errorLabels: ['B', 'C', 'A'] })],
    ['reply', { reply: 'ERR' }, Object.assign(new Error('ERR x'), { name: 'ReplyError' })],
    ['message', { message: 'text' }, error({})],
    ['a cause', { code: 'E_BUSY' }, error({}, error({ code: 'E_BUSY' }))],
    ['our own refusals', { code: 'circuit_open' }, new CircuitOpenError('op', 'open', 5)],
  ])('are found by %s', (_, match, thrown) => {
    expect(createClassifier()(thrown).retryable).toBe(false);
    expect(classifyWith({ match, retryable: true })(thrown).retryable).toBe(true);
  });

  it.each<[string, ErrorMatch, Error]>([
    ['another status', { status: 404 }, error({ status: 410 })],
    ['a status of another class', { status: '5xx' }, error({ status: 410 })],
    ['only some of the facts', { status: 404, code: 'E_BUSY' }, error({ status: 404 })],
    ['only some of the labels', { label: ['A', 'B'] }, error({ errorLabels: ['A'] })],
    ['the same letters in a message', { code: 'E_BUSY' }, new Error('E_BUSY')],
  ])('are not about errors with %s', (_, match, thrown) => {
    expect(classifyWith({ match, retryable: true })(thrown).retryable).toBe(false);
  });

  it('change what they name and nothing else', () => {
    const classify = classifyWith({ match: { status: 500 }, breaker: 'ignored', why: 'known flake' });
    expect(classify(error({ status: 500, headers: { 'retry-after': '1' } }))).toEqual({
      class: 'transient',
      retryable: true,
      notExecuted: false,
      breaker: 'ignored',
      type: '500',
      retryAfterMs: 1_000,
      rule: 'own rule for status 500: known flake',
    });
  });

  it('take what they leave open from the class they name', () => {
    const classify = classifyWith({ match: { code: 'E_BUSY' }, class: 'not_executed', breaker: 'success' });
    expect(classify(error({ code: 'E_BUSY' }))).toMatchObject({
      class: 'not_executed',
      retryable: true,
      notExecuted: true,
      breaker: 'success',
      type: 'E_BUSY',
    });
  });

  it('go before money and before the word of the server', () => {
    const headers = { 'x-should-retry': 'false' };
    const classify = classifyWith({ match: { code: 'insufficient_quota' }, retryable: true });
    expect(classify(error({ status: 429, code: 'insufficient_quota', headers })).retryable).toBe(true);
  });

  it('win in the order in which they stand, the outermost error first', () => {
    const classify = classifyWith(
      { match: { code: ['A', 'B'] }, why: 'first' },
      { match: { code: 'A' }, why: 'second' },
      { match: { code: 'C' }, why: 'third' },
    );
    expect(classify(error({ code: 'A' })).rule).toContain('first');
    expect(classify(error({ code: 'C' }, error({ code: 'A' }))).rule).toContain('third');
  });

  it('win in that order whichever facts they name: a more telling one overtakes nothing', () => {
    const byStatus: ErrorRule = { match: { status: 409 }, class: 'transient' };
    const byCode: ErrorRule = { match: { code: 'busy' }, class: 'permanent' };
    const byState: ErrorRule = { match: { sqlstate: '40' }, class: 'throttled' };
    const busy = error({ status: 409, code: 'busy' });
    expect(classifyWith(byStatus, byCode)(busy).class).toBe('transient');
    expect(classifyWith(byCode, byStatus)(busy).class).toBe('permanent');
    const exact: ErrorRule = { match: { sqlstate: '40001' }, class: 'money' };
    const conflict = error({ code: '40001', severity: 'ERROR' });
    expect(classifyWith(byState, exact)(conflict).class).toBe('throttled');
    expect(classifyWith(exact, byState)(conflict).class).toBe('money');
  });

  it('are told by their name, and by the value that they name', () => {
    const classify = classifyWith({
      name: 'flaky-gateway',
      match: { status: '5xx' },
      class: 'transient',
      why: 'proxy',
    });
    expect(classify(error({ status: 502 })).rule).toBe('own rule "flaky-gateway" for status 5xx: proxy');
  });

  it('stand in tables of which the first decides, whichever error of the chain it is about', () => {
    const thrown = error({ status: 502 }, error({ code: 'A' }));
    const tables: ErrorRule[][] = [
      [],
      [{ match: { code: 'A' }, class: 'throttled' }],
      [{ match: { status: 502 }, class: 'money' }],
    ];
    expect(createClassifier({ tables })(thrown).class).toBe('throttled');
    expect(createClassifier({ tables: tables.toReversed() })(thrown).class).toBe('money');
    const rules: ErrorRule[] = [{ match: { name: 'Error' }, class: 'permanent' }];
    expect(createClassifier({ tables, rules })(thrown).class).toBe('permanent');
    expect(() => createClassifier({ tables: [[], [{ match: {} }]] })).toThrow('names no value');
  });

  it.each([
    [{}, 'Error rule 0: it has no `match`'],
    [{ match: {} }, 'names no value'],
    [{ match: { code: [] } }, 'names no value'],
    [{ match: { stauts: 404 } }, 'match.stauts is none of'],
    [{ match: { sqlstate: '4' } }, 'match.sqlstate "4" is neither'],
    [{ match: { status: 600 } }, 'match.status 600 is neither'],
    [{ match: { status: '5x' } }, 'match.status 5x is neither'],
    [{ match: { code: 'A' }, breaker: 'fail' }, 'breaker "fail" is none of failure, success, ignored'],
    [{ match: { code: 'A' }, class: 'fatal' }, 'class "fatal" is none of not_executed'],
  ])('are refused when they cannot work: %j', (rule, message) => {
    const make = (): unknown => createClassifier({ rules: [rule as unknown as ErrorRule] });
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(message);
  });

  it('count in a bridge', async () => {
    const bridge = createBridge(
      { operations: { op: { retry: { maxAttempts: 2, baseDelayMs: 0, maxDelayMs: 0 } } } },
      { errorRules: [{ match: { status: 404 }, retryable: true }] },
    );
    const fn = failing([error({ status: 404 })], 'found');
    expect(await bridge.run('op', fn)).toBe('found');
  });
});
