import { type Bridge, createBridge, isCrossbridgeError } from '@crossbridge/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationInput } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { settle } from '../../support/virtual-clock.ts';

/**
 * How the upstream of a client behaves towards one request: `answer`; `flaky`, a failure that is worth another try (and shows that nothing was
 * done); `wrong`, one that is not; `hang`, no answer at all.
 */
export type Behaviour = 'answer' | 'flaky' | 'wrong' | 'hang';

/** A hardened client, and the upstream that it talks to. */
export interface Subject {
  readonly client: object;
  /** What was hardened. */
  readonly original: object;
  /** Calls the hardened method once. */
  call(options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Requests that have come to the upstream. */
  asked(): number | Promise<number>;
  /** Hardens the hardened client again, with the same options. */
  again(): Subject;
  close?(): Promise<void>;
}

/** What an integration has to bring to be held to {@link integrationContract}. */
export interface Integration {
  /** The operation that its calls belong to. */
  readonly operation: string;
  /** Makes a client and an upstream that behaves as told, request after request, and at last goes on with `answer`. */
  start(bridge: Bridge, behaviours: readonly Behaviour[]): Subject | Promise<Subject>;
  /** Throws unless the value is what the client itself makes of an answer. */
  expectAnswer(value: unknown): void;
  /** Throws unless the error is what the client itself makes of that failure. */
  expectFailure(error: unknown, behaviour: 'flaky' | 'wrong', subject: Subject): void;
  /** Throws unless the error is a refusal with that code. Default: it is one of CrossBridge itself. */
  expectRefusal?(error: unknown, code: string): void;
  /** Throws unless the error is that of a call whose caller has aborted. Default: it is the reason that the caller gave. */
  expectAborted?(error: unknown, reason: unknown): void;
  /** False when a call of the client takes no signal. Default true. */
  readonly takesSignal?: boolean;
  /** Members of the original that a wrapper may change: the hardened methods and what leads to them. */
  readonly hardenedMembers: readonly string[];
}

const RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1, jitter: 'none' } as const;

/** What every hardened client does, whatever it is a client of. */
export function integrationContract(name: string, integration: Integration): void {
  const { operation, takesSignal = true } = integration;
  const expectRefusal = integration.expectRefusal ?? isRefusal;
  const expectAborted = integration.expectAborted ?? ((error, reason) => expect(error).toBe(reason));

  describe(`${name}, hardened`, () => {
    const subjects: Subject[] = [];
    const unhandled: unknown[] = [];
    const noteUnhandled = (error: unknown): void => void unhandled.push(error);

    beforeEach(() => {
      process.on('unhandledRejection', noteUnhandled);
    });

    afterEach(async () => {
      await settle();
      await settle();
      process.off('unhandledRejection', noteUnhandled);
      await Promise.all(subjects.splice(0).map((subject) => subject.close?.()));
      expect(unhandled.splice(0)).toEqual([]);
    });

    async function setUp(policies: OperationInput, behaviours: readonly Behaviour[] = []) {
      const observer = new RecordingObserver();
      // A policy of its own, so that no wrapper puts its default there.
      const own = { retry: { ...RETRY, maxAttempts: 1 }, ...policies };
      const bridge = createBridge({ operations: { [operation]: own } }, { observers: [observer] });
      const subject = await integration.start(bridge, behaviours);
      subjects.push(subject);
      return { bridge, observer, subject };
    }

    const active = (bridge: Bridge): number | undefined =>
      bridge.state.operations().find((state) => state.operation === operation)?.active;

    it('passes an answer on unchanged, as one call with one attempt', async () => {
      const { subject, observer } = await setUp({});
      integration.expectAnswer(await subject.call());
      expect(await subject.asked()).toBe(1);
      expect(observer.ofType('call.ended').map(({ call, outcome }) => [call.operation, outcome])).toEqual([
        [operation, 'success'],
      ]);
      expect(observer.ofType('attempt.ended').map(({ outcome }) => outcome)).toEqual(['success']);
    });

    it('refuses what the limit of its operation does not admit, and asks nobody', async () => {
      const { subject } = await setUp({ rateLimit: { capacity: 1, windowSeconds: 3600 } });
      await subject.call();
      expectRefusal(await failure(subject), 'rate_limited');
      expect(await subject.asked()).toBe(1);
    });

    it('tries again what failed in passing, inside the same call', async () => {
      const { subject, observer } = await setUp({ retry: RETRY }, ['flaky', 'flaky']);
      integration.expectAnswer(await subject.call());
      expect(await subject.asked()).toBe(3);
      expect(observer.ofType('call.ended')).toHaveLength(1);
    });

    it('gives the last failure of the client itself when the attempts have run out', async () => {
      const { subject } = await setUp({ retry: RETRY }, ['flaky', 'flaky', 'flaky', 'flaky']);
      integration.expectFailure(await failure(subject), 'flaky', subject);
      expect(await subject.asked()).toBe(RETRY.maxAttempts);
    });

    it('gives at once the failure that another try cannot help', async () => {
      const { subject, observer } = await setUp({ retry: RETRY }, ['wrong']);
      integration.expectFailure(await failure(subject), 'wrong', subject);
      expect(await subject.asked()).toBe(1);
      expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['error']);
    });

    it('asks nobody while its circuit breaker is open', async () => {
      const { bridge, subject } = await setUp({ circuitBreaker: true });
      bridge.circuitBreaker(operation)?.isolate();
      expectRefusal(await failure(subject), 'circuit_open');
      expect(await subject.asked()).toBe(0);
    });

    it('ends an attempt that takes too long', async () => {
      const { subject, observer } = await setUp({ timeout: { attemptMs: 20 } }, ['hang']);
      expectRefusal(await failure(subject), 'attempt_timeout');
      expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['timeout']);
    });

    it.runIf(takesSignal)('ends when its caller aborts, and tries nothing more', async () => {
      const { bridge, subject, observer } = await setUp({ retry: RETRY }, ['hang']);
      const reason = new Error('nobody waits any more');
      const controller = new AbortController();
      const call = failure(subject, controller.signal);
      while ((await subject.asked()) === 0) await settle();
      controller.abort(reason);
      expectAborted(await call, reason);
      expect(await subject.asked()).toBe(1);
      expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['cancelled']);
      expect(active(bridge)).toBe(0);
    });

    it('shows every other member of the original, and is an instance of its class', async () => {
      const { subject } = await setUp({});
      const { client, original } = subject;
      expect(Object.getPrototypeOf(client)).toBe(Object.getPrototypeOf(original));
      expect(Object.keys(client)).toEqual(Object.keys(original));
      for (const member of membersOf(original)) {
        if (integration.hardenedMembers.includes(member)) continue;
        const [shown, own] = [memberOf(client, member), memberOf(original, member)];
        if (typeof own === 'function') expect(typeof shown, member).toBe('function');
        else expect(shown, member).toBe(own);
      }
    });

    it('is one layer however often it is hardened', async () => {
      const { subject, observer } = await setUp({ rateLimit: { capacity: 2, windowSeconds: 3600 }, retry: RETRY }, [
        'flaky',
      ]);
      const again = subject.again();
      integration.expectAnswer(await again.call());
      integration.expectAnswer(await again.call());
      expectRefusal(await failure(again), 'rate_limited');
      expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success', 'success', 'throttled']);
      expect(await subject.asked()).toBe(3);
    });

    it('refuses calls once its bridge is closed, and asks nobody', async () => {
      const { bridge, subject } = await setUp({});
      bridge.close();
      expectRefusal(await failure(subject), 'bridge_closed');
      expect(await subject.asked()).toBe(0);
    });

    it('holds nothing when its calls have ended, well or not', async () => {
      const policies = { bulkhead: { limit: 1 }, retry: RETRY };
      const { bridge, subject } = await setUp(policies, ['wrong', 'flaky', 'answer', 'flaky', 'flaky', 'flaky']);
      await failure(subject);
      await subject.call();
      await failure(subject);
      await subject.call();
      expect(active(bridge)).toBe(0);
    });
  });
}

async function failure(subject: Subject, signal?: AbortSignal): Promise<unknown> {
  try {
    await subject.call(signal === undefined ? {} : { signal });
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded');
}

function isRefusal(error: unknown, code: string): void {
  expect(isCrossbridgeError(error) ? error.code : error).toBe(code);
}

/** Its own properties and those of its classes. */
function membersOf(object: object): readonly string[] {
  const names = new Set<string>();
  for (let at = object; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names];
}

/** Getters may throw before a client is connected; then both must. */
function memberOf(object: object, name: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[name];
  } catch (error) {
    return `throws ${String(error)}`;
  }
}
