import * as z from 'zod';
import { expected } from './fields.ts';

/** RFC 9110 and 5789, QUERY, and the WebDAV methods that clients send. */
const METHODS: readonly string[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'],
  ...['COPY', 'LOCK', 'MKCOL', 'MOVE', 'PROPFIND', 'PROPPATCH', 'REPORT', 'SEARCH', 'UNLOCK', 'PURGE'],
];

/** Those that `fetch` sends. */
export const REQUESTABLE_METHODS: readonly string[] = METHODS.filter(
  (method) => !['TRACE', 'CONNECT'].includes(method),
);

/** In upper case, however it is written. */
export function httpMethod(methods: readonly string[] = METHODS): z.ZodType<string> {
  return z.string(expected('an HTTP method')).transform((value, context) => {
    const upper = value.trim().toUpperCase();
    if (methods.includes(upper)) return upper;
    context.addIssue({ code: 'custom', message: 'an HTTP method', params: { candidates: methods } });
    return z.NEVER;
  });
}
