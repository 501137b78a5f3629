import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleAll,
  handleWhen,
  retry,
} from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { failing, httpError, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { fakeTheTime, passing, sleep } from './fake-time.ts';

fakeTheTime();

describe('trap 1: a bulkhead that tells neither success nor failure', () => {
  it('cockatiel stays silent', async () => {
    const policy = bulkhead(1);
    const heard: string[] = [];
    policy.onSuccess(() => heard.push('success'));
    policy.onFailure(() => heard.push('failure'));
    await policy.execute(async () => 1);
    await rejection(policy.execute(failing([httpError(500)], 1)));
    expect(heard).toEqual([]);
  });

  it('ours tells both', async () => {
    const { bridge, observer } = testBridge({ bulkhead: { limit: 1 } });
    await bridge.run('op', async () => 1);
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success', 'error']);
  });
});

describe('trap 2: a breaker whose refusals nobody hears of', () => {
  it('cockatiel emits nothing, and its error names neither the policy nor a time', async () => {
    const policy = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(1), halfOpenAfter: 1_000 });
    await rejection(policy.execute(failing([httpError(500)], 1)));
    expect(policy.state).toBe(CircuitState.Open);
    const heard: string[] = [];
    policy.onBreak(() => heard.push('break'));
    policy.onFailure(() => heard.push('failure'));
    policy.onStateChange(() => heard.push('change'));
    const error = await rejection(policy.execute(async () => 1));
    expect(heard).toEqual([]);
    expect(error).toMatchObject({ name: 'Error', isBrokenCircuitError: true });
    expect(Object.keys(error as object)).toEqual(['isBrokenCircuitError']);
  });

  it('ours tells each refusal, and its error says whose breaker it is and how long it stays open', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: { consecutiveFailures: 1, openForMs: 1_000 } });
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    const error = await rejection(bridge.run('op', async () => 1));
    expect(observer.ofType('circuit_breaker.rejected')).toHaveLength(1);
    expect(error).toMatchObject({ name: 'CircuitOpenError', operation: 'op', retryAfterMs: 1_000 });
  });
});

describe('trap 3: a listener that throws', () => {
  const broken = (): never => {
    throw new Error('the listener is broken');
  };

  it('cockatiel turns the success into a failure and runs the function again', async () => {
    const policy = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) });
    policy.onSuccess(broken);
    const fn = failing([], 'answer');
    expect(await passing(10, policy.execute(fn))).toMatchObject({ message: 'the listener is broken' });
    expect(fn.calls).toBe(3);
  });

  it('cockatiel lets the error of the listener take the place of the error of the callee', async () => {
    const policy = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) });
    policy.onRetry(broken);
    const error = await passing(10, policy.execute(failing([httpError(503)], 'answer')));
    expect(error).toMatchObject({ message: 'the listener is broken' });
  });

  it('ours runs it once, answers, and reports the listener', async () => {
    const { bridge, observer, clock } = testBridge({ retry: plainRetry, timeout: { attemptMs: 1_000 } });
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    observer.on = broken;
    observer.around = broken;
    const fn = failing([httpError(503)], 'answer');
    expect(await clock.run(bridge.run('op', fn))).toBe('answer');
    expect(fn.calls).toBe(2);
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe('trap 18: giving up without a word', () => {
  it('cockatiel says nothing when the error is not one to be retried', async () => {
    const policy = retry(
      handleWhen(() => false),
      { maxAttempts: 2 },
    );
    let gaveUp = 0;
    policy.onGiveUp(() => {
      gaveUp += 1;
    });
    await rejection(policy.execute(failing([httpError(400)], 1)));
    expect(gaveUp).toBe(0);
  });

  it('ours says why no other attempt follows', async () => {
    const { bridge, observer } = testBridge({ retry: plainRetry });
    await rejection(bridge.run('op', failing([httpError(400)], 1)));
    expect(observer.ofType('retry.decided')).toMatchObject([{ decision: 'not_retryable', errorType: '400' }]);
  });
});

describe('trap 21: durations that are those of single attempts', () => {
  it('cockatiel gives the last attempt for the whole', async () => {
    const policy = retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(100) });
    const durations: number[] = [];
    policy.onSuccess(({ duration }) => void durations.push(duration));
    const fn = failing([httpError(503)], 'answer');
    const slow = async (): Promise<string> => {
      await sleep(50);
      return fn();
    };
    expect(await passing(1_000, policy.execute(slow))).toBe('answer');
    expect(durations).toEqual([50]);
  });

  it('ours gives the whole call and what it was spent on', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const fn = failing([httpError(503)], 'answer');
    const slow = async (): Promise<string> => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
      return fn();
    };
    expect(await clock.run(bridge.run('op', slow))).toBe('answer');
    expect(observer.ofType('call.ended')).toMatchObject([
      { durationMs: 200, call: { attemptMs: 100, backoffMs: 100 } },
    ]);
  });
});
