import * as z from 'zod';
import { parseTcpAddress } from '../../health/checks/tcp-address.ts';
import { expected, number, oneOrMore } from './fields.ts';
import { optional } from './section.ts';

const URL_TEXT = 'a URL such as http://localhost:8080/health';
const ADDRESS = 'host and port, such as db:5432 or "[::1]:5432"';
const STATUS = 'an HTTP status from 100 to 599, or a list of them';
const HEADER = 'the text of a header';

/** `fetch` refuses these, or knows better. */
const RESERVED: readonly string[] = ['content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'];

export function url(): z.ZodType<string> {
  return place(URL_TEXT, String.raw`^[hH][tT][tT][pP][sS]?://\S+$`, (value) => {
    const parsed = /^https?:\/\/\S+$/i.test(value) ? URL.parse(value) : null;
    if (parsed === null) return `expected ${URL_TEXT}`;
    if (parsed.username === '' && parsed.password === '') return undefined;
    return 'has a user or password in it, which logs and reports could show; take it out, and send an authorization header whose secret comes from an environment variable';
  });
}

export function address(): z.ZodType<string> {
  return place(ADDRESS, String.raw`:\d{1,5}/?$`, (value) =>
    parseTcpAddress(value) === undefined ? `expected ${ADDRESS}` : undefined,
  );
}

/** `pattern` is what editors are told. A value with an `@` may hold a password, so the report does not show it. */
function place(what: string, pattern: string, fault: (value: string) => string | undefined): z.ZodType<string> {
  return z
    .string(expected(what))
    .superRefine((value, context) => {
      const message = fault(value);
      if (message === undefined) return;
      context.addIssue({ code: 'custom', message: what, params: value.includes('@') ? { rule: message } : {} });
    })
    .meta({ pattern });
}

export function expectStatus(): z.ZodType<number[]> {
  return oneOrMore(number({ whole: true, min: 100, max: 599 }), STATUS);
}

export function headers(): z.ZodType<Record<string, string | undefined>> {
  const name = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, expected('the name of a header, such as authorization'));
  const map = z.record(name, optional(headerValue()), expected('a map from the name of a header to its text'));
  return map.superRefine((all, context) => {
    const seen = new Set<string>();
    for (const own of Object.keys(all)) {
      const lower = own.toLowerCase();
      const fault = RESERVED.includes(lower)
        ? 'is no header that a check can set; remove it'
        : seen.has(lower)
          ? 'stands there already, since upper and lower case are the same in the names of headers; remove one of the two'
          : undefined;
      seen.add(lower);
      if (fault !== undefined) context.addIssue({ code: 'custom', path: [own], params: { rule: fault } });
    }
  });
}

/** As `fetch` takes it: Latin-1 on one line, without what surrounds it. */
function headerValue(): z.ZodType<string> {
  return z
    .string(expected(HEADER))
    .meta({ pattern: String.raw`^\s*[\t -~\u0080-\u00ff]*\s*$` })
    .transform((value, context) => {
      const trimmed = value.trim();
      if (/^[\t -~\u0080-\u00ff]*$/.test(trimmed)) return trimmed;
      const rule = `expected ${HEADER}: one line of Latin-1 characters (what was found may be secret, so it is not shown)`;
      context.addIssue({ code: 'custom', params: { rule } });
      return z.NEVER;
    });
}
