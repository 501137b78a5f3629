// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what some of this is about.
import { type RuntimeConfigInput, resolveRuntimeConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksFromConfig } from '../../../packages/core/src/health/checks-from-config.ts';
import { errorOf, parse, problemsOf, yaml } from '../../support/config.ts';

/** One provider in flow style: its first field stands at 4:11. */
const provider = (fields: string): string => `runtime:\n  health_checks:\n    providers:\n      a: {${fields}}`;
const providerOf = (fields: string, env: Record<string, string> = {}) =>
  parse(provider(fields), env).config.healthChecks.providers.a;

describe('a check over the network', () => {
  it('says all that it needs in YAML, and in code the same', () => {
    const { config, warnings } = parse(yaml`
      runtime:
        health_checks:
          providers:
            shop:
              check_type: http
              url: https://shop.test/health?deep=1
              method: head
              expect_status: [204, 200, 204]
              headers: {Authorization: "Bearer x", X-Empty: "", x-left-out: }
            queue: {check_type: tcp, address: "[::1]:5672"}
    `);
    expect(warnings).toEqual([]);
    const { shop, queue } = config.healthChecks.providers;
    expect(shop).toEqual({
      enabled: true,
      checkType: 'http',
      intervalMs: 30_000,
      timeoutMs: 10_000,
      failureThreshold: 3,
      successThreshold: 1,
      url: 'https://shop.test/health?deep=1',
      method: 'HEAD',
      expectStatus: [204, 200],
      headers: { Authorization: 'Bearer x', 'X-Empty': '' },
    });
    expect(queue).toEqual({
      enabled: true,
      checkType: 'tcp',
      intervalMs: 30_000,
      timeoutMs: 10_000,
      failureThreshold: 3,
      successThreshold: 1,
      address: '[::1]:5672',
    });
    const input: RuntimeConfigInput = {
      healthChecks: {
        providers: {
          shop: {
            url: 'https://shop.test/health?deep=1',
            method: 'HEAD',
            expectStatus: [204, 200],
            headers: { Authorization: 'Bearer x', 'X-Empty': '', 'x-left-out': undefined },
          },
          queue: { address: '[::1]:5672' },
        },
      },
    };
    expect(resolveRuntimeConfig(input)).toEqual(config);
    expect(resolveRuntimeConfig(config)).toEqual(config);
    expect(Object.keys(shop?.headers ?? {})).toEqual(['Authorization', 'X-Empty']);
    expect(Object.isFrozen(shop?.headers) && Object.isFrozen(shop?.expectStatus)).toBe(true);
  });

  it.each([
    ['url: http://a.test/', { checkType: 'http', url: 'http://a.test/', method: 'GET' }],
    ['address: db:5432', { checkType: 'tcp', address: 'db:5432' }],
    ['address: , url: ', { checkType: 'ping' }],
  ])('is of the kind that url or address mean, with no more than they need: %s', (fields, expected) => {
    const { checkType, url, method, expectStatus, headers, address } = providerOf(fields) ?? {};
    expect({ checkType, url, method, expectStatus, headers, address }).toEqual(expected);
  });

  it('takes one status for a list of one', () => {
    expect(providerOf('url: http://a.test, expect_status: 404')?.expectStatus).toEqual([404]);
    const inCode = (expectStatus: number): RuntimeConfigInput => ({
      healthChecks: { providers: { a: { url: 'http://a.test', expectStatus } } },
    });
    expect(resolveRuntimeConfig(inCode(404)).healthChecks.providers.a?.expectStatus).toEqual([404]);
  });

  it('takes address and secrets from the environment', () => {
    const env = { HOST: 'shop.test', TOKEN: 's3cret\n' };
    expect(
      providerOf('url: "http://${HOST}/${PATH_:-health}", headers: {authorization: "Bearer ${TOKEN}"}', env),
    ).toMatchObject({ url: 'http://shop.test/health', headers: { authorization: 'Bearer s3cret' } });
    expect(providerOf('address: "${HOST}:${PORT:-5432}"', env)?.address).toBe('shop.test:5432');
  });

  it.each([
    ['check_type: http', '4:10', '.url', 'missing: a check of check_type http needs url, such as http://'],
    ['check_type: tcp', '4:10', '.address', 'missing: a check of check_type tcp needs address, such as localhost:5432'],
    [
      'check_type: http, url: http://a.test, address: a:1',
      '4:58',
      '.address',
      'only check_type tcp has address, and this check is of check_type http; remove it, or make it check_type tcp',
    ],
    [
      'check_type: tcp, address: a:1, url: http://a.test',
      '4:47',
      '.url',
      'only check_type http has url, and this check is of check_type tcp; remove it, or make it check_type http',
    ],
    [
      'check_type: embed, method: GET',
      '4:38',
      '.method',
      'only check_type http has method, and this check is of check_type embed; remove it, or make it check_type http',
    ],
    [
      'check_type: ping, address: a:1',
      '4:38',
      '.address',
      'only check_type tcp has address, and this check is of check_type ping; remove it, or make it check_type tcp',
    ],
    [
      'url: http://a.test, address: a:1',
      '4:40',
      '.address',
      'only check_type tcp has address, and this check is of check_type http; url makes it http and address tcp, so remove what is not meant',
    ],
    [
      'address: a:1, expect_status: 200',
      '4:40',
      '.expect_status',
      'only check_type http has expect_status, and this check is of check_type tcp; url makes it http and address',
    ],
    [
      'headers: {a: b}',
      '4:20',
      '.headers',
      'only check_type http has headers, and this check is of check_type ping; add url',
    ],
    ['url: localhost:80/health', '4:16', '.url', 'expected a URL such as http://localhost:8080/health, got localhost:'],
    ['url: ftp://a.test', '4:16', '.url', 'expected a URL such as http://localhost:8080/health, got ftp://a.test'],
    ['url: "http://"', '4:16', '.url', 'expected a URL such as http://localhost:8080/health, got "http://"'],
    ['url: "http://a.test/a b"', '4:16', '.url', 'expected a URL such as'],
    ['url: 80', '4:16', '.url', 'expected a URL such as http://localhost:8080/health, got 80'],
    ['url: http://a.test, method: GTE', '4:39', '.method', 'expected an HTTP method, got GTE; did you mean "GET"?'],
    ['url: http://a.test, method: CONNECT', '4:39', '.method', 'expected an HTTP method, got CONNECT'],
    [
      'url: http://a.test, expect_status: 99',
      '4:46',
      '.expect_status',
      'expected a whole number from 100 to 599, got 99',
    ],
    ['url: http://a.test, expect_status: [200, 600]', '4:52', '.expect_status[1]', 'from 100 to 599, got 600'],
    ['url: http://a.test, expect_status: []', '4:46', '.expect_status', 'expected at least one value'],
    [
      'url: http://a.test, expect_status: 2xx',
      '4:46',
      '.expect_status',
      'expected an HTTP status from 100 to 599, or a list of them, got 2xx',
    ],
    [
      'url: http://a.test, headers: {"a b": x}',
      '4:41',
      '.headers["a b"]',
      'expected the name of a header, such as authorization, got "a b"',
    ],
    [
      'url: http://a.test, headers: {x-id: 5}',
      '4:47',
      '.headers.x-id',
      'expected the text of a header, got 5; put it in quotes to make it a text',
    ],
    [
      'url: http://a.test, headers: [x]',
      '4:40',
      '.headers',
      'expected a map from the name of a header to its text, got a list',
    ],
    [
      'url: http://a.test, headers: {a: x, A: y}',
      '4:50',
      '.headers.A',
      'stands there already, since upper and lower case are the same',
    ],
    [
      'url: http://a.test, headers: {Expect: x}',
      '4:49',
      '.headers.Expect',
      'is no header that a check can set; remove it',
    ],
    ['address: db', '4:20', '.address', 'expected host and port, such as db:5432 or "[::1]:5432", got db'],
    ['address: db:65536', '4:20', '.address', 'got db:65536'],
    ['address: ::1:5432', '4:20', '.address', 'got ::1:5432'],
    ['address: 5432', '4:20', '.address', 'expected host and port, such as db:5432 or "[::1]:5432", got 5432'],
  ])('%s is refused where it stands', (fields, place, path, message) => {
    const [problem, ...others] = problemsOf(provider(fields));
    expect(others).toEqual([]);
    expect(problem).toContain(`${place} runtime.health_checks.providers.a${path}: `);
    expect(problem).toContain(message);
    expect(problem).not.toMatch(/got (80|5432); put it in quotes/);
  });

  it('tells one mistake once', () => {
    expect(problemsOf(provider('check_type: htp, url: http://a.test'))).toEqual([
      expect.stringContaining('got htp; did you mean "http"?'),
    ]);
    expect(problemsOf(provider('url: a.test, method: GET, headers: {a: b}'))).toEqual([
      expect.stringContaining('.url: expected a URL'),
    ]);
  });

  it('names fields and kinds in code as code does', () => {
    const { problems } = errorOf(() =>
      resolveRuntimeConfig({
        healthChecks: { providers: { a: { checkType: 'tcp', address: 'a:1', expectStatus: 200 } } },
      }),
    );
    expect(problems).toEqual([
      expect.objectContaining({
        path: 'healthChecks.providers.a.expectStatus',
        message: expect.stringContaining('only checkType http has expectStatus, and this check is of checkType "tcp"'),
      }),
    ]);
  });

  it('that is accepted can be made', () => {
    const piece = fc.constantFrom(
      'http://',
      'a.test',
      ':80',
      ':',
      '/',
      '@',
      'u',
      '[::1]',
      '%',
      '?',
      '#',
      '\\',
      '.',
      '-',
      'é',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 6 }).map((all) => all.join('')),
    );
    const url = fc.oneof(
      text.map((rest) => `http://a${rest}`),
      text,
    );
    const name = fc.oneof(fc.constantFrom('a', 'A', 'host', 'te', 'trailer', '__proto__', 'content-type'), text);
    let accepted = 0;
    fc.assert(
      fc.property(url, text, fc.dictionary(name, text, { noNullPrototype: true }), (given, address, headers) => {
        for (const own of [{ url: given }, { url: 'http://a.test', headers }, { address }]) {
          const resolve = () => resolveRuntimeConfig({ healthChecks: { providers: { a: own } } });
          let config: ReturnType<typeof resolve>;
          try {
            config = resolve();
          } catch {
            continue;
          }
          accepted++;
          expect(checksFromConfig(config.healthChecks).size).toBe(1);
          expect(resolveRuntimeConfig(config)).toEqual(config);
        }
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

describe('a secret in a check', () => {
  it.each(['http://me:hunter2@a.test/', 'http://hunter2@a.test/', 'http://:hunter2@a.test/'])(
    'has no place in a URL, and is not told: %s',
    (url) => {
      const { message, problems } = errorOf(() => parse(provider(`url: "${url}", expect_status: 200`)));
      expect(problems).toEqual([
        expect.objectContaining({
          line: 4,
          column: 16,
          message: expect.stringMatching(
            /^has a user or password in it, .* authorization header .* environment variable$/,
          ),
        }),
      ]);
      expect(message).toMatch(/4 \| +a: \{url: "http:\/\/\*+@a\.test\/", expect_status: 200\}\n +\| {16}\^/);
      expect(message).not.toContain('hunter2');
      const inCode = errorOf(() => resolveRuntimeConfig({ healthChecks: { providers: { a: { url } } } }));
      expect(inCode.message).toContain('has a user or password in it');
      expect(inCode.message).not.toContain('hunter2');
    },
  );

  it('leaves the place of another mistake on its line where it is', () => {
    const { message } = errorOf(() => parse(provider('url: "http://me:hunter2@a.test/", metod: GET')));
    const [source = '', caret = ''] = message.split('\n').slice(-2);
    expect(source).not.toContain('hunter2');
    expect(source.slice(caret.indexOf('^'))).toBe('metod: GET}');
  });

  it.each([
    { url: 'http://me:hunter#2@a.test/' },
    { url: 'postgres://me:hunter2@a.test/' },
    { address: 'postgres://me:hunter2@a.test:5432/' },
    { url: 'http://a.test', headers: { authorization: 'Bearer hunter2\nX: y' } },
    { url: 'http://a.test', headers: { authorization: 'Bearer hunter2 \u{1F511}' } },
  ])('is not told of a value that cannot be read: %j', (own) => {
    const { message, problems } = errorOf(() => resolveRuntimeConfig({ healthChecks: { providers: { a: own } } }));
    expect(problems).toHaveLength(1);
    expect(message).toContain('expected ');
    expect(message).not.toContain('hunter');
  });
});
