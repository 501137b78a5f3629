import { type ErrorRule, rows } from '../error-rule.ts';

/** Errors of sockets, TLS and `fetch`. */
export const NETWORK_RULES: readonly ErrorRule[] = [
  rows(
    'never connected',
    'code',
    [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'EHOSTDOWN',
      'ENETUNREACH',
      'ENETDOWN',
      'UND_ERR_CONNECT_TIMEOUT',
    ],
    'not_executed',
  ),
  rows(
    'connection broke',
    'code',
    [
      'ECONNRESET',
      'ECONNABORTED',
      'EPIPE',
      'ETIMEDOUT',
      'UND_ERR_SOCKET',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_BODY_TIMEOUT',
    ],
    'unknown_outcome',
  ),
  rows(
    'no trust in the certificate',
    'code',
    [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    'permanent',
    { notExecuted: true, breaker: 'failure' },
  ),
];

/** Codes of a broken connection that prove the opposite when they came while connecting: nothing was sent. */
export const CONNECT_CODES: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ECONNRESET', 'ECONNABORTED']);

/** Errors of the AI SDKs that carry neither status nor code; the cause, where there is one, has said more. */
export const CLIENT_NAME_RULES: readonly ErrorRule[] = [
  rows('connection broke', 'name', ['APIConnectionError', 'APIConnectionTimeoutError'], 'unknown_outcome'),
  rows('aborted by the callee', 'name', ['APIUserAbortError'], 'cancelled'),
];

/** Names that any library may throw: they count only when nothing in the chain says more. */
export const GENERAL_NAME_RULES: readonly ErrorRule[] = [
  rows('a timeout of the callee', 'name', ['TimeoutError'], 'unknown_outcome'),
  rows('aborted by the callee', 'name', ['AbortError'], 'cancelled'),
];

/** Errors of the program, not of the callee: neither retried nor held against the callee's circuit breaker. */
export const PROGRAM_NAME_RULES: readonly ErrorRule[] = [
  rows(
    'an error of the program',
    'name',
    ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError', 'EvalError'],
    'program',
  ),
];
