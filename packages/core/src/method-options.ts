import {
  assertDeadline,
  assertFunction,
  assertOptions,
  assertSignal,
  lackOf,
  optionNames,
  refuseOption,
} from './options.ts';
import type { ReserveOptions } from './rate-limit/operation-limits.ts';
import type { RetryOptions } from './retry/retry-call.ts';

const RETRY = optionNames<RetryOptions>({ onRetry: true, signal: true, deadlineMs: true, stats: true });
const RESERVE = optionNames<ReserveOptions>({ deadlineMs: true, signal: true });

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertRetryOptions(options: RetryOptions): void {
  const whose = 'retry';
  assertOptions(options, RETRY, whose);
  const { onRetry, signal, deadlineMs } = options;
  const stats: unknown = options.stats;
  assertFunction('onRetry', onRetry, whose);
  assertSignal(signal, whose);
  assertDeadline(deadlineMs, whose);
  if (stats === undefined) return;
  const odd =
    typeof stats !== 'object' || stats === null || lackOf(stats, ['recordAttempt', 'recordDelay']) !== undefined;
  if (odd) refuseOption('stats', whose, 'a RetryStats', stats);
}

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertReserveOptions(operation: string, options: ReserveOptions): void {
  const whose = `reserve('${operation}', …)`;
  assertOptions(options, RESERVE, whose);
  assertSignal(options.signal, whose);
  assertDeadline(options.deadlineMs, whose);
}
