import { bridgePolicy, createBridge, InvalidArgumentError, isCrossbridgeError } from '@crossbridge/core';
import { afterEach, describe, expect, it } from 'vitest';
import { checkRateLimit } from '../../packages/core/src/default-bridge/check-rate-limit.ts';
import { setDefaultBridge } from '../../packages/core/src/default-bridge/default-bridge.ts';
import { retryable, retryWithBackoff } from '../../packages/core/src/default-bridge/retry.ts';
import { RetryStats } from '../../packages/core/src/retry/stats.ts';
import { rejection } from '../support/bridges.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

afterEach(() => setDefaultBridge(undefined));

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

function expectInvalid(error: unknown, message: string): void {
  expect(isCrossbridgeError(error) && error.code).toBe('invalid_argument');
  expect((error as Error).message).toBe(message);
}

const full = { now: () => 0, wallNow: () => 0, setTimeout: () => 0, clearTimeout: () => {} };

describe('createBridge', () => {
  it.each<[unknown, string]>([
    [null, 'The options of createBridge must be an object, got null'],
    [5, 'The options of createBridge must be an object, got 5'],
    [{ observer: [] }, 'createBridge has no option "observer"; did you mean "observers"?'],
    [
      { telemetry: true },
      'createBridge has no option "telemetry"; known here: observers, onObserverError, clock, random, errorRules, sharedStore',
    ],
    [{ random: 0.5 }, 'random of createBridge must be a function that draws numbers from 0 up to 1, got 0.5'],
    [{ random: null }, 'random of createBridge must be a function that draws numbers from 0 up to 1, got null'],
    [
      { onObserverError: 'x'.repeat(1_000) },
      `onObserverError of createBridge must be a function, got "${'x'.repeat(60)}…"`,
    ],
    [{ onObserverError: 'log' }, 'onObserverError of createBridge must be a function, got "log"'],
    [
      { clock: Date.now },
      'clock of createBridge must be an object with the functions now, wallNow, setTimeout, clearTimeout, got a function',
    ],
    [
      { clock: { ...full, wallNow: undefined } },
      'clock of createBridge must be an object with the functions now, wallNow, setTimeout, clearTimeout, got an object without wallNow',
    ],
    [{ observers: { on() {} } }, 'observers of createBridge must be a list of observers, got an object'],
    [
      { observers: [{ on() {} }, { onEvent() {} }] },
      'observers[1] of createBridge must be an object with on or around, got an object with neither',
    ],
    [{ observers: [undefined] }, 'observers[0] of createBridge must be an object with on or around, got undefined'],
    [{ observers: [{ on: 'x' }] }, 'observers[0] of createBridge: on must be a function, got "x"'],
    [
      { observers: [{ on: () => {}, wants: true }] },
      'observers[0] of createBridge: wants must be a function, got true',
    ],
    [
      { observers: [{ wants: () => true }] },
      'observers[0] of createBridge must be an object with on or around, got an object with neither',
    ],
    [{ errorRules: {} }, 'errorRules of createBridge must be a list of rules, got an object'],
  ])('refuses the options %j', (options, message) => {
    expectInvalid(
      thrownBy(() => createBridge({}, options as object)),
      message,
    );
  });

  it('takes options that are left undefined, and a clock of a class of its own', () => {
    const none = { observers: undefined, onObserverError: undefined, clock: undefined, random: undefined };
    createBridge({}, none as object);
    createBridge({}, { clock: new VirtualClock() });
  });

  it('refuses an observer that can see nothing later, too', () => {
    const { observe } = { observe: (observer: unknown) => createBridge().observe(observer as object) };
    expectInvalid(
      thrownBy(() => observe({ onEvent() {} })),
      'An observer must be an object with on or around, got an object with neither',
    );
    expectInvalid(
      thrownBy(() => observe(null)),
      'An observer must be an object with on or around, got null',
    );
    expect(observe({ around: undefined, on() {} })).toBeTypeOf('function');
    class Inherited {
      on(): void {}
    }
    expect(observe(new (class extends Inherited {})())).toBeTypeOf('function');
  });
});

describe('bridge.run', () => {
  it.each<[unknown, string]>([
    [{ deadlinems: 5 }, 'run(\'op\', …) has no option "deadlinems"; did you mean "deadlineMs"?'],
    [
      { timeout: 5 },
      'run(\'op\', …) has no option "timeout"; known here: key, cost, signal, deadlineMs, idempotent, maxAttempts, nested, retry, target, fallback',
    ],
    [{ key: 'user:1', keys: undefined }, 'run(\'op\', …) has no option "keys"; did you mean "key"?'],
    [
      ['user:1'],
      'run(\'op\', …) has no option "0"; known here: key, cost, signal, deadlineMs, idempotent, maxAttempts, nested, retry, target, fallback',
    ],
    [{ cost: '5' }, 'cost of \'op\' must be a finite number of at least 0, got "5"'],
    [{ idempotent: 'no' }, 'idempotent of \'op\' must be true or false, got "no"'],
    [{ target: new URL('http://a.example') }, "target of 'op' must be a string, got an object"],
    [
      { key: Object.assign(Object.create(null), { user: 5 }) },
      "key of 'op' must be a string or an object of strings, got an object",
    ],
    [{ signal: null }, "signal of 'op' must be an AbortSignal, got null"],
    [{ fallback: { valeu: 1 } }, "fallback of 'op' must be a function or { value: … }, got an object"],
  ])('refuses the options %j, and runs nothing', async (options, message) => {
    let ran = false;
    const call = createBridge().run(
      'op',
      () => {
        ran = true;
      },
      options as object,
    );
    expectInvalid(await rejection(call), message);
    expect(ran).toBe(false);
  });

  it('takes every option it knows, inherited ones and undefined ones too', async () => {
    const bridge = createBridge();
    const all = {
      key: undefined,
      cost: undefined,
      signal: undefined,
      deadlineMs: undefined,
      idempotent: undefined,
      maxAttempts: undefined,
      retry: undefined,
      target: undefined,
      fallback: undefined,
    };
    expect(await bridge.run('op', () => 1, all)).toBe(1);
    expect(await bridge.run('op', () => 2, Object.create({ cost: 1 }))).toBe(2);
  });
});

describe('the retry of a single function', () => {
  const cases: [unknown, string][] = [
    [null, 'The options of retry must be an object, got null'],
    [{ onretry() {} }, 'retry has no option "onretry"; did you mean "onRetry"?'],
    [{ maxAttempts: 2 }, 'retry has no option "maxAttempts"; known here: onRetry, signal, deadlineMs, stats'],
    [{ onRetry: 5 }, 'onRetry of retry must be a function, got 5'],
    [{ signal: {} }, 'signal of retry must be an AbortSignal, got an object'],
    [{ deadlineMs: '5' }, 'deadlineMs of retry must be a number of at least 0, got "5"'],
    [{ stats: {} }, 'stats of retry must be a RetryStats, got an object'],
  ];

  it.each(cases)('refuses the options %j', async (options, message) => {
    setDefaultBridge(createBridge());
    expectInvalid(await rejection(createBridge().retry(() => 1, 'quick', options as object)), message);
    expectInvalid(await rejection(retryWithBackoff(() => 1, 'quick', options as object)), message);
  });

  it.each(cases)('refuses the options %j before anything is wrapped', (options, message) => {
    expectInvalid(
      thrownBy(() => retryable('quick', options as object)),
      message,
    );
  });

  it('refuses a policy that cannot work before anything is wrapped', () => {
    expectInvalid(
      thrownBy(() => retryable({ maxAttemps: 2 } as object)),
      'A retry policy has no option "maxAttemps"; did you mean "maxAttempts"?',
    );
    expect(thrownBy(() => retryable(null as never))).toBeInstanceOf(InvalidArgumentError);
  });

  it('takes what it knows', async () => {
    const stats = new RetryStats();
    const options = { onRetry: undefined, signal: new AbortController().signal, deadlineMs: 50, stats };
    expect(await createBridge().retry(() => 1, 'quick', options)).toBe(1);
    expect(stats.totalAttempts).toBe(1);
  });
});

describe('bridge.reserve', () => {
  it.each<[unknown, string]>([
    [null, "The options of reserve('op', …) must be an object, got null"],
    [{ deadlinems: 5 }, 'reserve(\'op\', …) has no option "deadlinems"; did you mean "deadlineMs"?'],
    [{ deadlineMs: -1 }, "deadlineMs of reserve('op', …) must be a number of at least 0, got -1"],
    [{ signal: 5 }, "signal of reserve('op', …) must be an AbortSignal, got 5"],
  ])('refuses the options %j', async (options, message) => {
    expectInvalid(await rejection(createBridge().reserve('user:1', 'op', 5, options as object)), message);
  });

  it.each([
    [5, 'op', "key of 'op' must be a string or an object of strings, got 5"],
    ['user:1', '', 'The operation must be a non-empty string, got ""'],
  ])('refuses key %j, operation %j', async (key, operation, message) => {
    expectInvalid(await rejection(createBridge().reserve(key as string, operation, 5)), message);
  });
});

describe('bridgePolicy', () => {
  it.each<[unknown, string]>([
    [null, "The options of bridgePolicy('op') must be an object, got null"],
    [
      { signal: undefined },
      'bridgePolicy(\'op\') has no option "signal"; known here: key, cost, deadlineMs, idempotent, maxAttempts, retry, target, clock',
    ],
    [{ cost: -1 }, "cost of 'op' must be a finite number of at least 0, got -1"],
    [
      { clock: {} },
      "clock of bridgePolicy('op') must be an object with the functions now, wallNow, setTimeout, clearTimeout, got an object without now",
    ],
  ])('refuses the options %j when it is made', (options, message) => {
    expectInvalid(
      thrownBy(() => bridgePolicy(createBridge(), 'op', options as object)),
      message,
    );
  });
});

it.each([
  [undefined, 'op', 'The first argument of bridgePolicy must be a bridge (see createBridge), got undefined'],
  [{}, 'op', 'The first argument of bridgePolicy must be a bridge (see createBridge), got an object'],
  [createBridge(), '', 'The operation must be a non-empty string, got ""'],
])('bridgePolicy refuses the bridge %o, operation %j', (bridge, operation, message) => {
  expectInvalid(
    thrownBy(() => bridgePolicy(bridge as never, operation)),
    message,
  );
});

describe('checkRateLimit', () => {
  it.each<[unknown, unknown, string]>([
    ['op', null, 'The options of checkRateLimit must be an object, got null'],
    ['op', { raise: true }, 'checkRateLimit has no option "raise"; known here: cost, raiseOnExceeded'],
    ['op', { raiseOnExceeded: 1 }, 'raiseOnExceeded of checkRateLimit must be true or false, got 1'],
    [
      { capacity: 5, window: 60 },
      undefined,
      'checkRateLimit has no option "window"; known here: capacity, windowSeconds, cost, raiseOnExceeded',
    ],
    [
      undefined,
      undefined,
      'checkRateLimit takes the name of an operation, or a limit as { capacity, windowSeconds }, got undefined',
    ],
    [60, 60, 'checkRateLimit takes the name of an operation, or a limit as { capacity, windowSeconds }, got 60'],
  ])('refuses the limit %j with options %j', (limit, options, message) => {
    setDefaultBridge(createBridge());
    expectInvalid(
      thrownBy(() => checkRateLimit('user:1', limit as string, options as object)),
      message,
    );
  });
});
