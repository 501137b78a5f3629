import type { OperationConfig, RetryConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { BridgeEvent } from '../observer.ts';
import { asAttempts } from '../one-authority.ts';
import type { AttemptFunction } from '../pipeline/attempt.ts';
import { Call } from '../pipeline/call.ts';
import { type Environment, Operation } from '../pipeline/operation.ts';
import { runCall } from '../pipeline/run.ts';
import { assertRunnable } from '../run-options.ts';
import { HookedNotifier } from './hooked-notifier.ts';
import { namedRetryPolicy } from './named-policy.ts';
import { asRetryPolicy, type RetryPolicyOptions } from './policy.ts';
import { classifierFor } from './should-retry.ts';
import type { RetryStats } from './stats.ts';

export interface RetryOptions {
  /**
   * Told before each wait: the attempt that failed (1 for the first), its error, and the wait that follows. What it throws, or rejects
   * with, is swallowed.
   */
  readonly onRetry?: ((attempt: number, error: unknown, delayMs: number) => unknown) | undefined;
  /** Ends the call at once, with the signal's reason, and no further attempt is made. */
  readonly signal?: AbortSignal | undefined;
  /** The most that attempts and waits may take together, in milliseconds. A wait that does not fit is not started. */
  readonly deadlineMs?: number | undefined;
  /** Filled while the call runs. */
  readonly stats?: RetryStats | undefined;
}

/** Where a retried call is run: what its bridge gives to every operation. */
export interface RetryHost {
  readonly environment: Environment;
  readonly retry: RetryConfig;
  /** An operation that has no policy at all. */
  readonly bare: OperationConfig;
}

/**
 * Runs `fn` through the pipeline as an operation whose only policy is the retry, called `retry.<name of the policy>` in telemetry,
 * `retry.custom` when it was made in code. It has no retry budget: calls that only share a policy do not share what they call.
 *
 * @throws InvalidArgumentError for arguments that cannot work; else what the last attempt threw, as the same object
 */
export async function retryCall<T>(
  host: RetryHost,
  fn: AttemptFunction<T>,
  given: RetryPolicyOptions | string,
  options: RetryOptions,
): Promise<T> {
  const { environment, retry, bare } = host;
  const named = typeof given === 'string';
  const policy = named ? namedRetryPolicy(given, retry) : asRetryPolicy(given);
  const name = `retry.${named ? given : 'custom'}`;
  assertRetryable(name, fn, options);
  const { signal, deadlineMs, stats } = options;
  const maxAttempts = retry.enabled ? undefined : 1;
  const call = new Call(name, bare.timeout, { signal, deadlineMs, maxAttempts }, environment.clock);
  const notifier = hooked(environment, call, options);
  const classify = classifierFor(policy, environment.classify);
  const config: OperationConfig = { ...bare, retry: { ...policy, mode: 'enforce' } };
  const operation = new Operation(name, config, { ...environment, notifier, classify }, undefined);
  const result = await runCall(operation, call, asAttempts(operation, call, fn), undefined);
  stats?.recordAttempt(call.attempts);
  return result;
}

function hooked({ notifier }: Environment, call: Call, { onRetry, stats }: RetryOptions): Environment['notifier'] {
  if (onRetry === undefined && stats === undefined) return notifier;
  return new HookedNotifier(notifier, (event: BridgeEvent) => {
    if (event.type !== 'retry.decided') return;
    stats?.recordAttempt(event.attempt, { error: call.lastError });
    if (event.decision !== 'retried') return;
    stats?.recordDelay(event.delayMs);
    if (onRetry !== undefined) void quietly(() => onRetry(event.attempt, call.lastError, event.delayMs));
  });
}

/** A callback that only watches can neither fail the call nor end the process. */
async function quietly(callback: () => unknown): Promise<void> {
  try {
    await callback();
  } catch {}
}

function assertRetryable(name: string, fn: unknown, { onRetry, deadlineMs }: RetryOptions): void {
  if (typeof fn !== 'function') throw new InvalidArgumentError(`What is retried must be a function, got ${typeof fn}`);
  if (onRetry !== undefined && typeof onRetry !== 'function') {
    throw new InvalidArgumentError(`onRetry must be a function, got ${typeof onRetry}`);
  }
  assertRunnable(name, fn, { deadlineMs });
}
