import * as z from 'zod';
import type { UpstreamInput } from '../input.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, list, orNone, text } from './fields.ts';
import { httpMethod } from './http-method.ts';
import { optional, section } from './section.ts';

const HOST = 'a host without scheme or path: "api.example.com", "*.example.com", "localhost:8080"';
const PATH = 'a path that starts with "/": "/v1/chat/*" (* stays inside a segment, ** crosses them)';
const PATH_ALONE = 'the path alone, without "?" and "#": query and fragment of a request are not looked at';

export function upstreams(dialect: Dialect): z.ZodType<(UpstreamInput | undefined)[]> {
  const method = httpMethod();
  const path = z.string(expected(PATH)).regex(/^[/*][^\s?#]*$/, {
    error: ({ input }) => (/^[/*]\S*$/.test(String(input)) ? PATH_ALONE : PATH),
  });
  const methods = list(method, 'HTTP methods').refine((all) => all.length > 0, expected('at least one HTTP method'));
  const one = method.transform((only) => [only]);
  const match = section(
    // The word is singular in YAML, where one method is the usual case.
    { ...dialect, key: (field) => (field === 'methods' && dialect.kind === 'yaml' ? 'method' : dialect.key(field)) },
    {
      host: orNone(
        z
          .string(expected(HOST))
          .regex(/^[^\s/]+$/, expected(HOST))
          .transform((host) => host.toLowerCase()),
      ),
      path: orNone(path),
      methods: orNone(z.union([one, methods], expected('an HTTP method, or a list of them'))),
    },
    DESCRIPTIONS.match,
  );
  const idempotent = z.union([z.boolean(), z.literal('auto')], expected('auto, true or false'));
  const rule = section(
    dialect,
    { match, operation: text('the name of an operation'), idempotent },
    DESCRIPTIONS.upstream,
  );
  return list(optional(rule), 'rules with match and operation');
}
