import { createClassifier } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const classify = createClassifier();

function coded(code: string, rest: object = {}): Error {
  return Object.assign(new Error('text'), { code, ...rest });
}

/** As `fetch` of Node rejects. */
function fetchFailed(code: string): TypeError {
  return new TypeError('fetch failed', { cause: coded(code) });
}

const N = { class: 'not_executed', retryable: true, notExecuted: true, breaker: 'failure' };
const U = { class: 'unknown_outcome', retryable: true, notExecuted: false, breaker: 'failure' };

describe('network errors', () => {
  it.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'UND_ERR_CONNECT_TIMEOUT',
  ])('%s: nothing was sent', (code) => {
    expect(classify(fetchFailed(code))).toMatchObject({ ...N, type: code });
  });

  it.each([
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
  ])('%s: whether it arrived is open', (code) => {
    expect(classify(fetchFailed(code))).toMatchObject({ ...U, type: code });
  });

  it('knows a timeout while connecting from one on a connection', () => {
    const connecting = coded('ETIMEDOUT', { syscall: 'connect' });
    expect(classify(connecting)).toMatchObject(N);
    expect(classify(coded('ETIMEDOUT', { syscall: 'read' }))).toMatchObject(U);
    const eyeballs = Object.assign(new AggregateError([connecting, connecting]), { code: 'ETIMEDOUT' });
    expect(classify(new TypeError('fetch failed', { cause: eyeballs }))).toMatchObject(N);
    const mixed = Object.assign(new AggregateError([connecting, coded('ETIMEDOUT')]), { code: 'ETIMEDOUT' });
    expect(classify(mixed)).toMatchObject(U);
  });

  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('%s: will not get better by trying', (code) => {
    expect(classify(fetchFailed(code))).toMatchObject({ class: 'permanent', retryable: false, breaker: 'failure' });
  });

  it('takes a bad argument of fetch for an error of the program', () => {
    const badPort = new TypeError('fetch failed', { cause: new Error('bad port') });
    expect(classify(badPort)).toMatchObject({ class: 'program', retryable: false, breaker: 'ignored' });
  });

  it('sees a timeout or an abort beneath a wrapper', () => {
    expect(classify(new Error('x', { cause: new DOMException('x', 'TimeoutError') }))).toMatchObject(U);
    expect(classify(new Error('x', { cause: new DOMException('x', 'AbortError') })).class).toBe('cancelled');
  });
});
