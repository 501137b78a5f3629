import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT, redactText } from '../../../../packages/core/src/health/redact/text.ts';

const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Text by the secret that must not be left in it. */
const SECRETS: readonly (readonly [secret: string, text: string])[] = [
  ['hunter2', 'connect postgres://app:hunter2@db.internal:5432/shop failed'],
  ['hunter2', 'redis://:hunter2@cache:6379/0'],
  ['hun@ter2', 'amqp://app:hun@ter2@mq/vhost'],
  ['hun/ter2', 'mysql://app:hun/ter2@db/shop'],
  ['hunter2', 'app:hunter2@tcp(db:3306)/shop'],
  ['hunter2', 'mongodb+srv://app:hunter2@cluster.example.net/?retryWrites=true'],
  ['0123456789abcdef', 'https://0123456789abcdef@sentry.example/1'],
  ['hunter2', 'Server=db;User Id=sa;Password=hunter2;Encrypt=true'],
  ['hunter 2', "host=db password='hunter 2' user=app"],
  ['hunter2', 'PGPASSWORD=hunter2 psql failed'],
  ['hunter2', '{"user":"app","password":"hunter2","port":5432}'],
  ['hunter2', "{ pwd: 'hunter2' }"],
  ['c2VjcmV0LWtleQ', 'AccountName=shop;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=core'],
  ['abc123def456', 'GET /v1?api_key=abc123def456&q=x'],
  ['abc123def456', 'x-api-key: abc123def456'],
  ['abc123def456', 'OPENAI_API_KEY=abc123def456'],
  ['abc.def-ghi_jkl', 'Authorization: Bearer abc.def-ghi_jkl'],
  ['abc.def-ghi_jkl', '{"authorization":"Bearer abc.def-ghi_jkl"}'],
  ['abcdefgh', 'sent with bearer abcdefgh to it'],
  ['YXBwOmh1bnRlcjI=', 'authorization: Basic YXBwOmh1bnRlcjI='],
  ['YXBwOmh1bnRlcjI=', 'header Basic YXBwOmh1bnRlcjI= refused'],
  ['YXBwOmh1bnRlcjI', 'proxy wants basic YXBwOmh1bnRlcjI'],
  ['9944b09199c62bcf9418', 'sent token 9944b09199c62bcf9418 to it'],
  ['9944b09199c62bcf9418', 'Token 9944b09199c62bcf9418 is unknown'],
  ['sk-proj-Abc_123-xyzXYZ', 'Incorrect API key provided: sk-proj-Abc_123-xyzXYZ. You can find'],
  ['sk-ant-api03-AbCdEf', 'invalid key sk-ant-api03-AbCdEf'],
  ['wxyz', 'Incorrect API key provided: sk-abcd****wxyz.'],
  ['sk_live_51HqLyjWDarjtT1zdp7dc', 'stripe sk_live_51HqLyjWDarjtT1zdp7dc'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'git ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
  ['AKIAIOSFODNN7EXAMPLE', 'The AWS Access Key Id AKIAIOSFODNN7EXAMPLE does not exist'],
  [AWS_SECRET, `signed with ${AWS_SECRET} at`],
  [AWS_SECRET, `aws_secret_access_key = ${AWS_SECRET}`],
  ['eyJzdWIiOiIxIn0', 'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired'],
  ['MIIEvQIBADAN', 'bad key -----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADAN\n-----END RSA PRIVATE KEY-----'],
  ['MIIEvQIBADAN', 'cut -----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN'],
  ['hunter2', "login failed for 'sa' with password 'hunter2' at db"],
  ['c2ln%2Bbmc', 'https://shop.blob.core.windows.net/a?sv=2024&sig=c2ln%2Bbmc&se=1'],
  ['B00/x9Y8z7', 'POST https://hooks.slack.com/services/T00/B00/x9Y8z7 answered 404'],
  ['hunter2', 'secretKey=hunter2'],
  ['s3ss10n', 'cookie: theme=dark; sid=s3ss10n'],
];

describe('redactText', () => {
  it.each(SECRETS)('takes %j out of %j', (secret, text) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain('***');
  });

  it.each([
    'Check failed: TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:5432',
    'HTTP 503, expected 200 to 399',
    '1 of 3 failures in a row: Check timed out after 10000 ms',
    'used 4096 tokens of 8192; maxTokens: 100, totalTokens=12',
    'getaddrinfo ENOTFOUND db.internal',
    'see https://status.example.com:8443/path?page=2#top',
    'http://db:5432/a and somebody else',
    'Check is still running since 2026-01-01T00:00:00.000Z, and is not started again before it ends',
    'commit da39a3ee5e6b4b0d3255bfef95601890afd80709 at src/health/redact/text.ts:12:34',
    'Basic authentication is required',
    'Unexpected token IDENTIFIER in the query',
    "Access denied for user 'root'@'localhost'",
    'password authentication failed for user "app"',
    'the design=modern of the page',
    'the disk-pool task-runner risk-score is low',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('keeps what is around a secret', () => {
    expect(redactText('connect postgres://app:hunter2@db.internal:5432/shop failed')).toBe(
      'connect postgres://***@db.internal:5432/shop failed',
    );
    expect(redactText('Server=db;Password=hunter2;Encrypt=true')).toBe('Server=db;Password=***;Encrypt=true');
  });

  it('is no longer than its bound, and does not cut a character in half', () => {
    expect(redactText('x'.repeat(5_000))).toHaveLength(MAX_TEXT);
    expect(redactText('x'.repeat(MAX_TEXT))).toBe('x'.repeat(MAX_TEXT));
    for (const shift of [0, 1])
      expect(redactText(`${'x'.repeat(shift)}${'😀'.repeat(1_000)}`).isWellFormed()).toBe(true);
  });

  it('says that it was cut also where a secret was all that was cut', () => {
    expect(redactText(`-----BEGIN PRIVATE KEY-----${'x\n'.repeat(9_000)}`)).toBe('***…');
  });

  it('finds a secret through which the bound goes, and one through which the searched part ends', () => {
    const url = 'postgres://app:hunter2hunter2hunter2@db/shop';
    for (let before = 0; before < 60; before += 1) {
      expect(redactText(`${'x '.repeat(before)}${url}`, 64)).not.toContain('hunter');
      expect(
        redactText(
          `${'-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----'.repeat(9)} ${'y'.repeat(before)} ${url}`,
          64,
        ),
      ).not.toContain('hunter');
    }
  });

  it('changes nothing more the second time, and never keeps a password of a connection string', () => {
    const password = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~!$&*+=:/?#%@'), minLength: 8, maxLength: 40 });
    const around = fc.string({ unit: fc.constantFrom(...'abc XYZ,'), maxLength: 20 });
    fc.assert(
      fc.property(around, password, around, (before, secret, after) => {
        // A password of digits followed by a slash looks like a port; nobody can tell.
        fc.pre(!/^\d{1,5}(?:[/?#]|$)/.test(secret));
        const once = redactText(`${before} postgres://app:${secret}@db/${after}`);
        expect(once).not.toContain(secret);
        expect(redactText(once)).toBe(once);
      }),
    );
  });

  it('needs a time that grows with the text and not faster, whatever the text', () => {
    const parts = [
      '://a:',
      '://',
      'password',
      'password=',
      'a-',
      'Bearer ',
      'sk-',
      'eyJaaaa.',
      'cookie:',
      'A',
      "'",
      '-----BEGIN PRIVATE KEY-----',
      'token ',
      ' ',
      '/',
    ];
    let worstMs = 0;
    for (const one of parts) {
      for (const other of parts) {
        const text = (one + other).repeat(10_000).slice(0, 8_192);
        const startedAt = process.cpuUsage();
        redactText(text);
        worstMs = Math.max(worstMs, process.cpuUsage(startedAt).user / 1000);
      }
    }
    // A pattern that backtracks exponentially takes minutes; this bound only has to tell the two apart.
    expect(worstMs).toBeLessThan(2_000);
  });
});
