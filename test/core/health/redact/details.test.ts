import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactDetails } from '../../../../packages/core/src/health/redact/details.ts';
import { redact } from '../../../../packages/core/src/health/redact/redact.ts';

describe('redactDetails', () => {
  it('keeps what is plain', () => {
    const details = { pool: { size: 10, free: [1, 2] }, ok: true, none: null, text: 'fine', gone: undefined };
    expect(redactDetails(details)).toEqual(details);
  });

  it('takes out secrets by the name of the value and by its form', () => {
    const details = {
      password: 'hunter2',
      DB_PASSWORD: ['hunter2'],
      nested: {
        apiKey: 'hunter2',
        'x-api-key': 'hunter2',
        accessToken: { value: 'hunter2' },
        secretKey: 'hunter2',
        jwt: 'hunter2',
      },
      url: 'postgres://app:hunter2@db/shop',
      list: ['Bearer hunter2', new Map([['secret', 'hunter2']])],
      parsed: new URL('redis://:hunter2@cache'),
      error: new Error('password=hunter2'),
      'postgres://app:hunter2@db': 1,
      totalTokens: 12,
    };
    const redacted = redactDetails(details);
    expect(JSON.stringify(redacted)).not.toContain('hunter2');
    expect(redacted).toMatchObject({ password: '***', url: 'postgres://***@db/shop', totalTokens: 12 });
  });

  it('shows what JSON cannot hold in words', () => {
    const redacted = redactDetails({
      big: 12n,
      infinite: Number.POSITIVE_INFINITY,
      fn: () => {},
      symbol: Symbol('x'),
      date: new Date(0),
      invalid: new Date(Number.NaN),
      bytes: Buffer.from('abc'),
      set: new Set([1, 2]),
      map: new Map([['a', 1]]),
      error: new TypeError('no'),
    });
    expect(redacted).toEqual({
      big: '12',
      infinite: 'Infinity',
      fn: '[function]',
      symbol: '[symbol]',
      date: '1970-01-01T00:00:00.000Z',
      invalid: 'Invalid Date',
      bytes: '[3 bytes]',
      set: [1, 2],
      map: { a: 1 },
      error: 'TypeError: no',
    });
  });

  it('cuts circles, and keeps an object that only appears twice', () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { shared, again: shared };
    circle.self = circle;
    expect(redactDetails(circle)).toEqual({ shared: { a: 1 }, again: { a: 1 }, self: '[circular]' });
  });

  it('survives getters and proxies that throw', () => {
    const details = {
      get bad(): never {
        throw new Error('no');
      },
      good: 1,
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    };
    expect(redactDetails(details)).toEqual({ bad: '[cannot be read]', good: 1, proxy: '[cannot be read]' });
    expect(
      redactDetails(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      ),
    ).toEqual({});
  });

  it('bounds depth, number and size', () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(redactDetails(deep)).toEqual({ a: { b: { c: { d: '[object]' } } } });
    const wide = Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(redactDetails(wide)).length).toBeLessThanOrEqual(200);
    const long = { text: Array.from({ length: 150 }, () => 'x'.repeat(10_000)) };
    expect(JSON.stringify(redactDetails(long)).length).toBeLessThan(12_000);
  });

  it('is not fooled by a property called __proto__', () => {
    const redacted = redactDetails(JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.hasOwn(redacted, '__proto__')).toBe(true);
  });

  it('always gives what JSON can hold, bounded, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), (details) => {
        const redacted = redactDetails(details);
        expect(JSON.stringify(redacted).length).toBeLessThan(40_000);
        expect(JSON.stringify(redactDetails(redacted))).toBe(JSON.stringify(redacted));
      }),
    );
  });
});

describe('redact', () => {
  it('takes a text or details', () => {
    expect(redact('password=x1')).toBe('password=***');
    expect(redact({ password: 'x1' })).toEqual({ password: '***' });
  });
});
