import { createBridge } from '@crossbridge/core';
import { type OperationConfig, type RuntimeConfigInput, resolveRuntimeConfig } from '@crossbridge/core/config';
import { Bridge } from '../../packages/core/src/bridge.ts';
import { RecordingObserver } from './recording-observer.ts';
import { VirtualClock } from './virtual-clock.ts';

export type OperationInput = NonNullable<RuntimeConfigInput['operations']>[string];

export interface TestBridge {
  readonly bridge: Bridge;
  readonly clock: VirtualClock;
  readonly observer: RecordingObserver;
}

/** A bridge with one operation, `op`, on a virtual clock, whose jitter always draws `random`. */
export function testBridge(operation: OperationInput, random = 0.5): TestBridge {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(
    { operations: { op: operation } },
    { clock, random: () => random, observers: [observer] },
  );
  return { bridge, clock, observer };
}

/** The same, with fields of the finished config as they are given. */
export function exactBridge(exact: Partial<OperationConfig>, operation: OperationInput = {}): TestBridge {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const config = resolveRuntimeConfig({ operations: { op: operation } });
  const op = { ...(config.operations.op as OperationConfig), ...exact };
  const bridge = new Bridge(
    { ...config, operations: { ...config.operations, op } },
    { clock, random: () => 0.5, observers: [observer] },
  );
  return { bridge, clock, observer };
}

/** A retry policy whose waits are easy to add up: 100, 200, 400 … ms. */
export const plainRetry = {
  maxAttempts: 3,
  baseDelayMs: 100,
  maxDelayMs: 10_000,
  exponentialBase: 2,
  jitter: 'none',
} as const;

/** A function that throws the errors in turn, then answers. */
export function failing<T>(errors: readonly unknown[], answer: T): { (): Promise<T>; calls: number } {
  const fn = async (): Promise<T> => {
    const index = fn.calls;
    fn.calls += 1;
    if (index < errors.length) throw errors[index];
    return answer;
  };
  fn.calls = 0;
  return fn;
}

export function httpError(status: number, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(`HTTP ${status}`), { status, headers });
}

export function never(): Promise<never> {
  return new Promise(() => {});
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The promise was fulfilled');
}
