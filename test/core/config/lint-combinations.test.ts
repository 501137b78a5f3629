import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse, warningsOf, yaml } from '../../support/config.ts';

const LIMIT = 'capacity: 5, window: 1s';

/** Each: what fires (at the mark ‸), its path, its words, and what is so close to it that it must not. */
const CASES: readonly [sections: string, place: string, message: string, ...quiet: string[]][] = [
  [
    'operations: {a: {rate_limit: {capacity: ‸0.5, window: 1s}}}',
    'operations.a.rate_limit.capacity',
    'nothing passes; raise the capacity and the window alike',
    'operations: {a: {rate_limit: {capacity: 1, window: 1s}}}',
  ],
  [
    'operations: {a: {rate_limit: {capacity: ‸0.5, window: 1s, per: attempt}, retry: quick}}',
    'operations.a.rate_limit.capacity',
    'nothing passes',
  ],
  [
    'operations: {a: {rate_limits: [{capacity: ‸0.99, window: 1s}]}}',
    'operations.a.rate_limits[0].capacity',
    'nothing passes',
    'operations: {a: {rate_limits: [{capacity: 1, window: 1s}]}}',
  ],
  [
    'rate_limiting: {defaults: {search: ‸{capacity: 0.5}}}',
    'rate_limiting.defaults.search',
    'nothing passes',
    'rate_limiting: {enabled: false, defaults: {search: {capacity: 0.5}}}',
  ],
  [
    'rate_limiting: {overrides: {"user:1": {search: {capacity: ‸0.5}}}}',
    'rate_limiting.overrides["user:1"].search.capacity',
    'nothing of this key passes',
    'rate_limiting: {overrides: {"user:1": {search: {capacity: 1}}}}',
  ],
  [
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: ‸3s}, timeout: {total: 3s}}}`,
    'operations.a.rate_limit.max_wait',
    'a call may wait for tokens until its timeout.total is over',
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: 2999ms}, timeout: {total: 3s}}}`,
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: 3s}}}`,
  ],
  [
    `operations: {a: {rate_limit: {capacity: ‸2, window: 1s, per: attempt}, retry: {max_attempts: 3}}}`,
    'operations.a.rate_limit.capacity',
    'holds fewer tokens than retry.max_attempts',
    `operations: {a: {rate_limit: {capacity: 3, window: 1s, per: attempt}, retry: {max_attempts: 3}}}`,
    `operations: {a: {rate_limit: {capacity: 2, window: 1s, per: call}, retry: {max_attempts: 3}}}`,
    `operations: {a: {rate_limit: {capacity: 2, window: 1s, per: attempt, max_wait: 1s}, retry: {max_attempts: 3}}}`,
    `operations: {a: {rate_limit: {capacity: 2, window: 1s, per: attempt, mode: shadow}, retry: {max_attempts: 3}}}`,
    `operations: {a: {rate_limit: {capacity: 2, window: 1s, per: attempt}}}`,
  ],
  [
    'operations: {a: {bulkhead: {limit: 1, queue: 5, queue_timeout: ‸2s}, timeout: {total: 2s}}}',
    'operations.a.bulkhead.queue_timeout',
    'a call may wait for a slot until its timeout.total is over',
    'operations: {a: {bulkhead: {limit: 1, queue: 5, queue_timeout: 1999ms}, timeout: {total: 2s}}}',
    'operations: {a: {bulkhead: {limit: 1, queue: 0, queue_timeout: 2s}, timeout: {total: 2s}}}',
  ],
  [
    'operations: {a: {bulkhead: {limit: 1, queue: ‸5}}}',
    'operations.a.bulkhead.queue',
    'nothing bounds the wait for a slot',
    'operations: {a: {bulkhead: {limit: 1, queue: 5, queue_timeout: 1s}}}',
    'operations: {a: {bulkhead: {limit: 1, queue: 5}, timeout: {total: 1s}}}',
    'operations: {a: {bulkhead: {limit: 1}}}',
  ],
  [
    'operations: {a: {hedge: {delay: ‸2s}, timeout: {attempt: 2s}}}',
    'operations.a.hedge.delay',
    'before its hedge is due, so there is never one',
    'operations: {a: {hedge: {delay: 1999ms}, timeout: {attempt: 2s}}}',
    'operations: {a: {hedge: {quantile: 0.5}, timeout: {attempt: 2s}}}',
    'operations: {a: {hedge: {delay: 2s}, timeout: {total: 2s}}}',
  ],
  [
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: 1s}, bulkhead: {limit: 1, queue: 1, queue_timeout: 1s}, timeout: {total: ‸3s, attempt: 1001ms}}}`,
    'operations.a.timeout.total',
    'max_wait, queue_timeout and timeout.attempt add up to more than timeout.total',
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: 1s}, bulkhead: {limit: 1, queue: 1, queue_timeout: 1s}, timeout: {total: 3s, attempt: 1s}}}`,
    `operations: {a: {rate_limit: {${LIMIT}, max_wait: 1s}, bulkhead: {limit: 1, queue_timeout: 1s}, timeout: {total: 3s, attempt: 1001ms}}}`,
  ],
  [
    'operations: {a: {circuit_breaker: {count_window: ‸9}}}',
    'operations.a.circuit_breaker.count_window',
    'the window holds fewer attempts than minimum_calls',
    'operations: {a: {circuit_breaker: {count_window: 10}}}',
    'operations: {a: {circuit_breaker: {count_window: 9, minimum_calls: 9}}}',
    'operations: {a: {circuit_breaker: {count_window: 9, consecutive_failures: 3}}}',
    'operations: {a: {circuit_breaker: {window: 9}}}',
  ],
  [
    'operations: {a: {circuit_breaker: {open_for: ‸1s}, timeout: {attempt: 2s}}}',
    'operations.a.circuit_breaker.open_for',
    'a probe may take until timeout.attempt, longer than the circuit stays open',
    'operations: {a: {circuit_breaker: {open_for: 2s}, timeout: {attempt: 2s}}}',
    'operations: {a: {circuit_breaker: {open_for: 1s}, timeout: {total: 2s}}}',
  ],
  [
    'operations: {a: {hedge: {delay: 1}}}, upstreams: [‸{match: {method: POST}, operation: a}]',
    'upstreams[0]',
    'so a never hedges them (an AI SDK',
    'operations: {a: {hedge: {delay: 1}}}, upstreams: [{match: {method: POST}, operation: a, idempotent: true}]',
    'operations: {a: {hedge: {delay: 1}}}, upstreams: [{match: {method: GET}, operation: a}]',
  ],
];

describe('a combination that hurts', () => {
  it.each(CASES)('is told: %s', (sections, path, message) => {
    const text = `runtime: {${sections}}`;
    const warnings = warningsOf(text.replace('‸', ''));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.startsWith(`1:${text.indexOf('‸') + 1} runtime.${path}: `), warnings[0]).toBe(true);
    expect(warnings[0]).toContain(message);
  });

  const quiet = CASES.flatMap(([sections, , , ...near]) => near.map((other) => [other, sections] as const));
  it.each(quiet)('is not seen in %s', (sections) => {
    expect(warningsOf(`runtime: {${sections}}`)).toEqual([]);
  });

  it('that all operations inherit is told once, where it is written', () => {
    expect(
      warningsOf('runtime: {bulkhead: {limit: 1, queue: 2}, operations: {a: {}, b: {bulkhead: {limit: 3}}}}'),
    ).toEqual([expect.stringContaining('bulkhead.queue: nothing bounds the wait')]);
  });

  it('never shows what came from the environment', () => {
    const text = yaml`
      runtime:
        operations:
          a:
            bulkhead: {limit: 1, queue: 7, queue_timeout: "$\{T}"}
            timeout: {total: "$\{T}"}
    `;
    const { warnings } = parse(text.replaceAll('\\', ''), { T: '1234ms' });
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).not.toContain('1234');
  });

  it('in code is no reason to refuse it', () => {
    expect(() => resolveRuntimeConfig({ operations: { a: { bulkhead: { limit: 1, queue: 5 } } } })).not.toThrow();
  });
});
