import { createClassifier, NetworkError } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEANINGS } from '../../../packages/core/src/classification/error-class.ts';
import type { ErrorRule } from '../../../packages/core/src/classification/error-rule.ts';
import { explainError } from '../../../packages/core/src/classification/explain.ts';
import { parse, yaml } from '../../support/config.ts';

function error(properties: object, cause?: unknown): Error {
  return Object.assign(new Error('secret'), properties, { cause });
}

describe('explainError', () => {
  it('says what decided, and on which error of the chain', () => {
    const refused = error({ code: 'ECONNREFUSED' });
    const thrown = new TypeError('fetch failed', { cause: new AggregateError([error({}), refused]) });
    expect(explainError(thrown)).toEqual({
      class: 'not_executed',
      retryable: true,
      notExecuted: true,
      breaker: 'failure',
      type: 'ECONNREFUSED',
      retryAfterMs: undefined,
      rule: 'never connected: ECONNREFUSED',
      chain: [
        { path: 'error', names: ['TypeError'], decided: false },
        { path: 'error.cause', names: ['AggregateError'], decided: false },
        { path: 'error.cause.errors[0]', names: ['Error'], decided: false },
        { path: 'error.cause.errors[1]', names: ['Error'], codes: ['ECONNREFUSED'], decided: true },
      ],
    });
  });

  it('shows the facts it went by, but no text', () => {
    const thrown = error({ status: 429, code: 'slow_down', headers: { 'retry-after': '2', 'x-should-retry': 'true' } });
    const explained = explainError(thrown);
    expect(explained.chain).toEqual([
      {
        path: 'error',
        names: ['Error'],
        decided: true,
        status: 429,
        codes: ['slow_down'],
        retryAfterMs: 2_000,
        shouldRetry: true,
      },
    ]);
    expect(JSON.stringify(explained)).not.toContain('secret');
  });

  it('shows the facts of databases', () => {
    const mysql = error({ errno: 1213, sqlState: '40001', code: 'ER_LOCK_DEADLOCK' });
    const mongo = error({ errorLabels: ['TransientTransactionError'] });
    const redis = Object.assign(new Error('OOM no'), { name: 'ReplyError' });
    expect(explainError(mysql).chain[0]).toMatchObject({ errno: 1213, sqlstate: '40001' });
    expect(explainError(mongo).chain[0]).toMatchObject({ labels: ['TransientTransactionError'] });
    expect(explainError(redis).chain[0]).toMatchObject({ reply: 'OOM' });
  });

  it('finds the wait a cause asks for, and knows that a wrapped refusal was not executed', () => {
    const limited = error({ status: 503, headers: { 'retry-after': '3' } });
    expect(explainError(new NetworkError('x', { cause: limited }))).toMatchObject({
      rule: 'thrown as NetworkError',
      notExecuted: true,
      retryAfterMs: 3_000,
    });
    expect(explainError(new NetworkError('x', { cause: error({ code: 'EPIPE' }) })).notExecuted).toBe(false);
  });

  it('takes five letters without a digit for no SQLSTATE, whatever stands beside them', () => {
    expect(explainError(error({ code: 'EPIPE', severity: 'ERROR' })).chain[0]).not.toHaveProperty('sqlstate');
    expect(explainError(error({ code: 'ABCDE', severity: 'ERROR' })).class).toBe('unclassified');
  });

  it('looks at sixteen errors at most', () => {
    const crowd = new AggregateError(Array.from({ length: 40 }, () => error({})));
    expect(explainError(new Error('x', { cause: crowd })).chain).toHaveLength(16);
    const deep = Array.from({ length: 40 }).reduce<Error>((cause) => new Error('x', { cause }), error({ status: 503 }));
    expect(explainError(deep).chain).toHaveLength(16);
  });

  it('says of nothing known that no error decided', () => {
    expect(explainError(undefined).chain).toEqual([{ path: 'error', names: ['undefined'], decided: false }]);
    expect(explainError(null).chain[0]?.names).toEqual(['null']);
  });

  it('goes by the rules it is given', () => {
    const options = { rules: [{ match: { code: 'X' }, class: 'throttled' }] } as const;
    expect(explainError(error({}, error({ code: 'X' })), options)).toMatchObject({
      class: 'throttled',
      rule: 'own rule for code X',
      chain: [{ decided: false }, { decided: true }],
    });
  });

  it('goes by the rules of a config, those of the operation first, and says which one decided', () => {
    const { config } = parse(yaml`
      runtime:
        retry: {retryable_codes: [404]}
        operations:
          search:
            error_rules:
              - {name: search-is-behind, match: {code: X}, class: transient}
              - {match: {code: Y}, class: transient}
        error_rules:
          - {match: {code: [X, Y, Z]}, class: permanent, why: as documented}
    `);
    const of = (thrown: Error, operation?: string) => {
      const { class: errorClass, rule } = explainError(thrown, { config, operation });
      return [errorClass, rule];
    };
    const x = error({ code: 'X' });
    expect(of(x, 'search')).toEqual(['transient', 'own rule "search-is-behind" for code X']);
    expect(of(x, 'embed')).toEqual(['permanent', 'own rule "error_rules[0]" for code X: as documented']);
    expect(of(x)).toEqual(of(x, 'nobody knows it'));
    expect(of(error({ code: 'Y' }), 'search')[1]).toBe('own rule "operations.search.error_rules[1]" for code Y');
    expect(of(error({ code: 'Z' }), 'search')[0]).toBe('permanent');
    expect(of(error({ status: 404 }))).toEqual(['transient', 'status 404']);
    const rules: ErrorRule[] = [{ match: { code: 'X' }, class: 'throttled' }];
    expect(explainError(x, { config, operation: 'search', rules }).class).toBe('throttled');
  });

  it('explains whatever can be thrown, says the same as the classifier, and fits into JSON', () => {
    const classify = createClassifier();
    const facts = fc.record(
      {
        status: fc.oneof(fc.integer({ min: 90, max: 620 }), fc.anything()),
        code: fc.oneof(fc.constantFrom('ECONNRESET', '40001', 'P2034', 'insufficient_quota', 11600), fc.anything()),
        severity: fc.anything(),
        errno: fc.oneof(fc.constantFrom(1213, -111), fc.anything()),
        sqlState: fc.oneof(fc.constant('40001'), fc.anything()),
        name: fc.oneof(fc.constantFrom('ReplyError', 'TimeoutError', 'MongoServerError'), fc.anything()),
        message: fc.oneof(fc.constantFrom('OOM x', 'Pool is closed.'), fc.anything()),
        errorLabels: fc.anything(),
        headers: fc.oneof(fc.record({ 'retry-after': fc.anything() }), fc.anything()),
        errors: fc.anything(),
        cause: fc.anything({ withNullPrototype: true, maxDepth: 3 }),
        constructor: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(facts, fc.anything({ withNullPrototype: true, maxDepth: 4 })), (thrown) => {
        const { chain, ...classification } = explainError(thrown);
        expect(classification).toEqual(classify(thrown));
        expect(Object.keys(MEANINGS)).toContain(classification.class);
        expect(classification.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
        expect(chain.length).toBeGreaterThanOrEqual(1);
        expect(chain.length).toBeLessThanOrEqual(16);
        expect(chain.filter(({ decided }) => decided).length).toBe(
          classification.rule === 'nothing known of it' ? 0 : 1,
        );
        expect(JSON.parse(JSON.stringify(chain))).toEqual(chain);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not hurt by objects that defend themselves', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        has: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    for (const thrown of [proxy, hostile, error({}, hostile), error({ headers: hostile }), error({ errors: proxy })]) {
      expect(explainError(thrown).class).toBe('unclassified');
    }
  });
});
