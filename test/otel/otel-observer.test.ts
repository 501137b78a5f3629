import { context, DiagLogLevel, diag, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, SUCCESS } from '../support/otel-driver.ts';

// Each test has a module of its own, because a failure is reported once in the life of the process.
let createOtelObserver: typeof import('../../packages/otel/src/otel-observer.ts').createOtelObserver;

beforeEach(async () => {
  vi.resetModules();
  ({ createOtelObserver } = await import('../../packages/otel/src/otel-observer.ts'));
});

afterEach(() => {
  stopOtel();
  diag.disable();
});

function reports(): string[] {
  const told: string[] = [];
  const ignore = (): void => {};
  const error = (message: string): void => void told.push(message);
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR);
  return told;
}

const CALL = {
  operation: 'search',
  key: undefined,
  attempts: 1,
  startedAtMs: 0,
  limiterMs: 0,
  queueMs: 0,
  attemptMs: 0,
  backoffMs: 0,
} as const;

describe('the observer', () => {
  it('does its work without any SDK, and returns what the call returns', async () => {
    const observer = createOtelObserver({ recordKey: 'hashed', attemptSpans: 'always' });
    const promise = Promise.resolve('answer');
    expect(observer.around({ kind: 'call', call: CALL }, () => promise)).toBe(promise);
    expect(observer.around({ kind: 'attempt', call: CALL, attempt: 1, attemptKind: 'initial' }, () => promise)).toBe(
      promise,
    );
    const told = reports();
    await driveCall(observer, { key: 'user:1' }, async (call) => {
      call.limit({ waitMs: 20 });
      await call.fail('503');
      call.decide('retried', '503', 20);
      await call.attempt();
      return SUCCESS;
    });
    observer.close();
    expect(told).toEqual([]);
  });

  it('returns the very promise of the call under an SDK, be it rejected', async () => {
    startOtel();
    const promise = Promise.reject(new Error('upstream'));
    expect(createOtelObserver().around({ kind: 'call', call: CALL }, () => promise)).toBe(promise);
    await expect(promise).rejects.toThrow('upstream');
  });

  it('takes events of calls and attempts that it never saw begin', () => {
    startOtel();
    const told = reports();
    const observer = createOtelObserver();
    observer.on({
      type: 'attempt.ended',
      call: CALL,
      attempt: 1,
      kind: 'initial',
      outcome: 'success',
      errorType: undefined,
      durationMs: 1,
    });
    observer.on({ type: 'call.ended', call: CALL, outcome: 'success', errorType: undefined, durationMs: 1 });
    expect(told).toEqual([]);
  });

  it('runs the call once and reports once when the tracer fails', async () => {
    const fail = (): never => {
      throw new Error('broken tracer');
    };
    trace.setGlobalTracerProvider({ getTracer: fail });
    const told = reports();
    const observer = createOtelObserver();
    const ran = vi.fn(async () => 'answer');
    expect(await observer.around({ kind: 'call', call: CALL }, ran)).toBe('answer');
    expect(await observer.around({ kind: 'call', call: CALL }, ran)).toBe('answer');
    expect(ran).toHaveBeenCalledTimes(2);
    expect(told).toEqual(['CrossBridge telemetry: entering a scope failed; further failures of it are not reported.']);
  });

  it('goes on without metrics when the meter fails', async () => {
    const fail = (): never => {
      throw new Error('broken meter');
    };
    metrics.setGlobalMeterProvider({ getMeter: fail });
    const told = reports();
    const observer = createOtelObserver();
    await driveCall(observer, {}, async (call) => {
      await call.attempt();
      return SUCCESS;
    });
    expect(told).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)(
    'runs the call once when the context manager fails %s running it',
    async (when) => {
      const manager = {
        active: () => ROOT_CONTEXT,
        with: (_context: unknown, run: () => unknown) => {
          if (when === 'after') run();
          throw new Error('broken context manager');
        },
        bind: (_context: unknown, target: unknown) => target,
        enable: () => manager,
        disable: () => manager,
      };
      context.setGlobalContextManager(manager as unknown as Parameters<typeof context.setGlobalContextManager>[0]);
      const ran = vi.fn(async () => 'answer');
      expect(await createOtelObserver().around({ kind: 'call', call: CALL }, ran)).toBe('answer');
      expect(ran).toHaveBeenCalledTimes(1);
    },
  );
});
