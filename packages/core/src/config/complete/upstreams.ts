import type { RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Review } from '../review.ts';
import type { UpstreamRule } from '../types.ts';

export function completeUpstreams(
  input: RuntimeConfigInput,
  operations: readonly string[],
  review: Review,
): UpstreamRule[] {
  const { key } = review.dialect;
  return (input.upstreams ?? []).map((rule, index) => {
    const path = [key('upstreams'), index];
    const { match, operation, idempotent = 'auto' } = rule ?? {};
    if (match === undefined) {
      review.problem(
        [...path, key('match')],
        'missing: expected a map with host, path or method ({} matches every request)',
      );
    }
    const at = [...path, key('operation')];
    if (operation === undefined)
      review.problem(at, 'missing: expected the name of the operation these requests belong to');
    else if (!operations.includes(operation)) {
      const found = review.show(at, `"${operation}"`);
      review.problem(at, `no operation is called ${found}${suggestion(operation, operations)}`);
    }
    const { host = null, path: pattern = null, methods = null } = match ?? {};
    return {
      match: { host, path: pattern, methods: methods === null ? null : [...new Set(methods)] },
      operation: operation ?? '',
      idempotent,
    };
  });
}
