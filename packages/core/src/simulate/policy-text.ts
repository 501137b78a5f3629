import { counted, line, number, seconds } from './format.ts';
import type { BreakerReport, PolicyReports } from './policy-report.ts';

const TRANSITIONS_SHOWN = 6;

/** A line for each policy that the operation has. */
export function policyLines(policies: PolicyReports): readonly string[] {
  const { limits, bulkhead, circuitBreaker, retry, hedge, timeout } = policies;
  const lines = limits.map(({ name, mode, admitted, throttled, cancelled, waited }) => {
    const decided = counted({ admitted, throttled, cancelled, waited }) || 'not asked';
    return line('limit', `${name}: ${would(mode)}${decided}`);
  });
  if (bulkhead !== null) lines.push(line('bulkhead', would(bulkhead.mode) + (counted(bulkhead) || 'nobody waited')));
  if (circuitBreaker !== null) lines.push(line('breaker', would(circuitBreaker.mode) + breakerText(circuitBreaker)));
  if (retry !== null) lines.push(line('retry', would(retry.mode) + (counted(retry.decisions) || 'nothing failed')));
  if (hedge !== null) lines.push(line('hedge', would(hedge.mode) + (counted(hedge.decisions) || 'nothing took long')));
  if (timeout !== null) lines.push(line('timeout', would(timeout.mode) + (counted(timeout) || 'never')));
  return lines;
}

function breakerText({ rejected, transitions, transitionsLeftOut, openMs }: BreakerReport): string {
  if (transitions.length === 0) return 'always closed';
  const shown = transitions.slice(0, TRANSITIONS_SHOWN).map(({ atMs, to, target }) => {
    return `${to} at ${seconds(atMs)}${target === null ? '' : ` (${target})`}`;
  });
  const more = transitions.length - shown.length + transitionsLeftOut;
  if (more > 0) shown.push(`${number(more)} more changes`);
  return `${number(rejected)} refused, open for ${seconds(openMs)}: ${shown.join(', ')}`;
}

function would(mode: string): string {
  return mode === 'shadow' ? '(shadow) ' : '';
}
