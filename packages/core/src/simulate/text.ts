import { counted, line, ms, number, seconds, tail } from './format.ts';
import { policyLines } from './policy-text.ts';
import type { CallFigures, LatencyReport, OperationReport, SimulationReport, UpstreamReport } from './report.ts';
import { sparkline } from './sparkline.ts';

/**
 * A report as plain text to read in a terminal: what became of the calls of each operation and at each target, what each of its policies did,
 * and the course of things as bars.
 */
export function simulationText({ seed, durationMs, bucketMs, operations }: SimulationReport): string {
  const calls = operations.reduce((sum, operation) => sum + operation.calls, 0);
  const head = `${number(calls)} call${calls === 1 ? '' : 's'} in ${seconds(durationMs)} of virtual time, seed ${seed}`;
  return [head, ...operations.flatMap((operation) => ['', ...operationLines(operation, bucketMs)]), ''].join('\n');
}

function operationLines(report: OperationReport, bucketMs: number): readonly string[] {
  const { operation, policies, targets, upstream, series } = report;
  return [
    operation,
    ...callLines(report),
    ...latencyLines(report.latencyMs),
    ...policyLines(policies),
    ...(upstream === null ? [] : [line('upstream', upstreamText(upstream))]),
    ...targets.flatMap((target) => [
      `  target ${target.target}`,
      ...[
        ...callLines(target),
        ...(target.latencyMs === null ? [] : [line('latency', latencyText(target.latencyMs))]),
        ...(target.openMs === 0 ? [] : [line('breaker', `open for ${seconds(target.openMs)}`)]),
        line('upstream', upstreamText(target.upstream)),
      ].map((text) => `  ${text}`),
    ]),
    `  every ${seconds(bucketMs)}; the number is that of the highest bar`,
    line('calls', sparkline(series.calls)),
    line('attempts', sparkline(series.attempts)),
    line('failed', sparkline(failures(report))),
    line('p99 ms', sparkline(series.latencyMs.p99)),
  ];
}

function callLines(figures: CallFigures): readonly string[] {
  const { calls, outcomes, unfinished, attempts, amplification, retried, hedged, errorTypes } = figures;
  const each = attempts === 0 ? '' : `, ${amplification.toFixed(2)} per admitted call`;
  const errors = counted(errorTypes, ' × ');
  return [
    line('calls', number(calls) + tail(counted({ ...outcomes, unfinished }))),
    line('attempts', number(attempts) + each + tail(counted({ retried, hedged }))),
    ...(errors === '' ? [] : [line('errors', errors)]),
  ];
}

function latencyLines(latency: LatencyReport | null): readonly string[] {
  if (latency === null) return [];
  const parts = ['total', 'limiter', 'queue', 'attempt', 'backoff'] as const;
  const row = (name: string, cells: readonly string[]): string =>
    line(name, cells.map((cell) => cell.padStart(10)).join(''));
  // What almost nobody waited for says nothing.
  const shown = parts.filter((part) => part === 'total' || latency[part].p99 > 0);
  return [
    row('latency', ['p50 ms', 'p90 ms', 'p99 ms']),
    ...shown.map((part) => row(`  ${part}`, [latency[part].p50, latency[part].p90, latency[part].p99].map(ms))),
  ];
}

function latencyText({ total: { p50, p90, p99 } }: LatencyReport): string {
  return `p50 ${ms(p50)} ms, p90 ${ms(p90)} ms, p99 ${ms(p99)} ms`;
}

function upstreamText({ peakConcurrency, peakQueue, overQuota, shed, abandoned }: UpstreamReport): string {
  const rest = counted({ 'over quota': overQuota, shed, abandoned });
  return `at most ${number(peakConcurrency)} at once, ${number(peakQueue)} waiting${tail(rest)}`;
}

function failures({ series }: OperationReport): readonly number[] {
  const { success, ...others } = series.outcomes;
  return success.map((_, step) => Object.values(others).reduce((sum, counts) => sum + (counts[step] ?? 0), 0));
}
