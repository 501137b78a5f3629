import { describe, expect, it } from 'vitest';
import { errorOf, parse, problemsOf, yaml } from '../../support/config.ts';

describe('values that contradict each other', () => {
  it.each([
    [
      'retry: {quick_policy: {base_delay: 2s}}',
      'retry.quick_policy.base_delay',
      'max_delay (1s, inherited) is shorter than base_delay (2s)',
    ],
    [
      'retry: {quick_policy: {max_delay: 50ms}}',
      'retry.quick_policy.max_delay',
      'max_delay (50ms) is shorter than base_delay (100ms, inherited)',
    ],
    [
      'operations: {a: {retry: {max_delay: 0.1}}}',
      'operations.a.retry.max_delay',
      'max_delay (0.1) is shorter than base_delay (500ms, inherited)',
    ],
    [
      'operations: {a: {retry: {policy: standard}}}',
      'operations.a.retry.policy',
      'no retry policy is called standard; known here: default, expensive, quick, conservative',
    ],
    ['operations: {a: {retry: constructor}}', 'operations.a.retry', 'no retry policy is called constructor'],
    ['bulkhead: {queue: 1}', 'bulkhead.limit', 'missing: a bulkhead needs the number of calls that may run at once'],
    ['operations: {a: {bulkhead: {queue: 1}}}', 'operations.a.bulkhead.limit', 'missing: a bulkhead needs'],
    [
      'operations: {a: {rate_limit: {capacity: 1}}}',
      'operations.a.rate_limit.window_seconds',
      'missing: expected the seconds',
    ],
    [
      'rate_limiting: {defaults: {own: {window: 1s}}}',
      'rate_limiting.defaults.own.capacity',
      'missing: expected a number of tokens',
    ],
    ['timeout: {total: 1, attempt: 2}', 'timeout.attempt', 'attempt (2) is longer than total (1)'],
    ['upstreams: [{match: {host: a.com}}]', 'upstreams[0].operation', 'missing: expected the name of the operation'],
    ['upstreams: [{operation: search}]', 'upstreams[0].match', 'missing: expected a map with host, path or method'],
    [
      'upstreams: [{match: {}, operation: constructor}]',
      'upstreams[0].operation',
      'no operation is called constructor',
    ],
    [
      'upstreams: [{match: {host: "https://a.com"}, operation: search}]',
      'upstreams[0].match.host',
      'a host without scheme or path',
    ],
    ['upstreams: [{match: {host: ""}, operation: search}]', 'upstreams[0].match.host', 'a host without scheme or path'],
    ['upstreams: [{match: {path: v1}, operation: search}]', 'upstreams[0].match.path', 'a path that starts with "/"'],
    [
      'upstreams: [{match: {path: "v1?a"}, operation: search}]',
      'upstreams[0].match.path',
      'a path that starts with "/"',
    ],
    [
      'upstreams: [{match: {path: "/v1?stream=true"}, operation: search}]',
      'upstreams[0].match.path',
      'expected the path alone, without "?" and "#": query and fragment of a request are not looked at, got "/v1?stream=true"',
    ],
    ['upstreams: [{match: {path: "/v1#top"}, operation: search}]', 'upstreams[0].match.path', 'the path alone'],
    [
      'upstreams: [{match: {method: PSOT}, operation: search}]',
      'upstreams[0].match.method',
      'an HTTP method, got PSOT; did you mean "POST"?',
    ],
    ['upstreams: [{match: {method: []}, operation: search}]', 'upstreams[0].match.method', 'at least one HTTP method'],
    [
      'upstreams: [{match: {}, operation: search, idempotent: yes}]',
      'upstreams[0].idempotent',
      'expected auto, true or false, got yes',
    ],
  ])('%s is refused once', (sections, path, message) => {
    const { problems } = errorOf(() => parse(`runtime: {${sections}}`));
    expect(problems).toEqual([
      expect.objectContaining({ path: `runtime.${path}`, line: 1, message: expect.stringContaining(message) }),
    ]);
  });

  it('are told at the operation when one of the two is inherited', () => {
    const text = yaml`
      runtime:
        timeout: {total: 5s}
        operations:
          a: {timeout: {attempt: 6s}}
          b: {timeout: {attempt: 4s}}
    `;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('4:28 runtime.operations.a.timeout.attempt: attempt (6s) is longer than total (5s)'),
    ]);
  });

  it('are not told again by each operation that inherits them', () => {
    expect(problemsOf('runtime: {bulkhead: {queue: 1}, operations: {a: {bulkhead: {queue: 2}}, b: {}}}')).toEqual([
      expect.stringContaining('runtime.bulkhead.limit: missing'),
    ]);
    expect(problemsOf('runtime: {timeout: {total: 1, attempt: 2}, operations: {a: {}, b: {}}}')).toHaveLength(1);
    expect(
      problemsOf('runtime: {retry: {default_policy: {base_delay: 9}, x_policy: {}}, operations: {a: {retry: x}}}'),
    ).toHaveLength(1);
  });

  it('are not told when one of them is wrong by itself', () => {
    expect(problemsOf('runtime: {retry: {quick_policy: {base_delay: 9s, max_delay: oops}}}')).toEqual([
      expect.stringContaining('quick_policy.max_delay: expected a duration'),
    ]);
    expect(problemsOf('runtime: {operations: {a: 5}, upstreams: [{match: {}, operation: a}]}')).toEqual([
      expect.stringContaining('runtime.operations.a: expected a map'),
    ]);
    expect(problemsOf('runtime: {retry: {my_policy: 7}, operations: {a: {retry: my}}}')).toEqual([
      expect.stringContaining('runtime.retry.my_policy: expected a map'),
    ]);
    expect(problemsOf('runtime: {upstreams: [5, {match: {}, operation: nope}]}')).toEqual([
      expect.stringContaining('runtime.upstreams[0]: expected a map'),
      expect.stringContaining('runtime.upstreams[1].operation: no operation is called nope'),
    ]);
  });
});
