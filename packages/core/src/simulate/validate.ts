import { nearest } from '../config/nearest.ts';
import { InvalidArgumentError } from '../errors.ts';
import { Check } from './check.ts';
import { CALLERS_FIELDS, checkCallers } from './validate-callers.ts';
import { checkTraffic } from './validate-traffic.ts';
import { checkUpstreams } from './validate-upstream.ts';
import type { OperationLoad } from './workload.ts';

const LOAD = ['operation', 'traffic', 'upstream', 'targets', ...CALLERS_FIELDS];

/**
 * Checks what TypeScript cannot, or did not: a workload may come from a file.
 *
 * @param operations those of the config
 * @throws InvalidArgumentError that lists every problem: which entry, what it should be, what it is
 */
export function assertWorkload(
  workload: readonly OperationLoad[],
  operations: readonly string[],
  maxCalls: number,
): void {
  const problems: string[] = [];
  const check = new Check('workload', problems);
  let calls = 0;
  if (check.list(workload, 'entry')) {
    const seen = new Set<unknown>();
    workload.forEach((load, index) => {
      calls += checkLoad(check.at(index), load, operations, seen);
    });
  }
  if (problems.length === 0 && calls > maxCalls) {
    problems.push(
      `The workload makes about ${Math.round(calls)} calls, and at most ${maxCalls} are simulated: shorten it, lower its rates, or raise maxCalls`,
    );
  }
  if (problems.length > 0) throw new InvalidArgumentError(problems.join('\n'));
}

/** Returns about how many calls it makes. */
function checkLoad(check: Check, load: unknown, operations: readonly string[], seen: Set<unknown>): number {
  if (!check.object<OperationLoad>(load, LOAD)) return Number.NaN;
  const { operation, traffic } = load;
  if (!operations.includes(operation)) {
    const close = typeof operation === 'string' ? nearest(operation, operations) : undefined;
    const hint = close === undefined ? `one of: ${operations.join(', ')}` : `perhaps "${close}"`;
    check.at('operation').fail(operation, `an operation of the config, ${hint}`);
  }
  if (seen.has(operation)) check.at('operation').fail(operation, 'in one entry only (traffic may be a list)');
  seen.add(operation);
  checkCallers(check, load);
  checkUpstreams(check, load);
  return checkTraffic(check.at('traffic'), traffic);
}
