import { type BreakerState, createBridge, systemClock } from '@crossbridge/core';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, handleWhen, SamplingBreaker } from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { CircuitBreaker } from '../../../packages/core/src/circuit-breaker/circuit-breaker.ts';
import { failing, httpError, never, rejection, type TestBridge, testBridge } from '../../support/bridges.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeTheTime, hasSettled, sleep } from './fake-time.ts';

fakeTheTime();

const fail = failing.bind(undefined, [httpError(500)], 1);

function stateOf({ bridge }: Pick<TestBridge, 'bridge'>): BreakerState | undefined {
  return bridge.state.operations().find(({ operation }) => operation === 'op')?.breaker?.state;
}

function theirs(failures: number) {
  return circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(failures), halfOpenAfter: 1_000 });
}

function ours(consecutiveFailures: number): TestBridge {
  return testBridge({ circuitBreaker: { consecutiveFailures, openForMs: 1_000, halfOpenProbes: 1 } });
}

describe('trap 4: failures that are remembered for ever', () => {
  it('cockatiel opens for one failure because of others an hour ago', async () => {
    const breaker = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 4.1 });
    const policy = circuitBreaker(handleAll, { breaker, halfOpenAfter: 1_000 });
    for (let call = 0; call < 40; call += 1) await rejection(policy.execute(fail()));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(policy.state).toBe(CircuitState.Closed);
    await rejection(policy.execute(fail()));
    expect(policy.state).toBe(CircuitState.Open);
  });

  it('ours looks back on its window and no further', async () => {
    const test = testBridge({ circuitBreaker: { failureRatio: 0.5, minimumCalls: 41, windowMs: 10_000 } });
    for (let call = 0; call < 40; call += 1) await rejection(test.bridge.run('op', fail()));
    await test.clock.advance(3_600_000);
    await rejection(test.bridge.run('op', fail()));
    expect(stateOf(test)).toBe('closed');
  });
});

describe('trap 12: callers that wait for a probe which hangs', () => {
  it('cockatiel lets them wait without end, even if they are aborted', async () => {
    const policy = theirs(1);
    await rejection(policy.execute(fail()));
    await vi.advanceTimersByTimeAsync(1_000);
    void policy.execute(never);
    const controller = new AbortController();
    const other = policy.execute(async () => 1, controller.signal);
    controller.abort();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await hasSettled(other)).toBe(false);
  });

  it('ours refuses them at once, and tries another probe when the first has had its time', async () => {
    const test = ours(1);
    const { bridge, clock } = test;
    await rejection(bridge.run('op', fail()));
    await clock.advance(1_000);
    void bridge.run('op', never);
    expect(await rejection(bridge.run('op', async () => 1))).toMatchObject({ code: 'circuit_open' });
    await clock.advance(1_000);
    expect(await bridge.run('op', async () => 'up again')).toBe('up again');
    expect(stateOf(test)).toBe('closed');
  });
});

describe('trap 13: a failure from before that ends while a probe runs', () => {
  it('cockatiel opens the circuit again', async () => {
    const policy = theirs(1);
    const old = rejection(policy.execute(() => sleep(1_500).then(fail())));
    await rejection(policy.execute(fail()));
    await vi.advanceTimersByTimeAsync(1_000);
    const probe = policy.execute(() => sleep(1_000));
    expect(policy.state).toBe(CircuitState.HalfOpen);
    await vi.advanceTimersByTimeAsync(500);
    await old;
    expect(policy.state).toBe(CircuitState.Open);
    await vi.advanceTimersByTimeAsync(500);
    await probe;
  });

  it('ours lets the probe decide', async () => {
    const test = ours(1);
    const { bridge, clock } = test;
    const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, ms));
    const old = rejection(bridge.run('op', () => pause(1_500).then(fail())));
    await rejection(bridge.run('op', fail()));
    await clock.advance(1_000);
    const probe = bridge.run('op', () => pause(1_000));
    await clock.advance(500);
    await old;
    expect(stateOf(test)).toBe('half_open');
    await clock.advance(500);
    await probe;
    expect(stateOf(test)).toBe('closed');
  });
});

describe('trap 14: a state that says open long after its time', () => {
  it('cockatiel says open, and nothing else tells that a probe is due', async () => {
    const policy = theirs(1);
    await rejection(policy.execute(fail()));
    const opened = JSON.stringify(policy.toJSON());
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(policy.state).toBe(CircuitState.Open);
    expect(JSON.stringify(policy.toJSON())).toBe(opened);
  });

  it('ours says that it would admit a probe, and when', async () => {
    const clock = new VirtualClock();
    const strategy = (): ConsecutiveBreaker => new ConsecutiveBreaker(1);
    const breaker = new CircuitBreaker({ strategy, openForMs: 1_000, halfOpenProbes: 1, clock });
    breaker.record(breaker.tryAcquire() ?? expect.fail(), 'failure');
    expect([breaker.state, breaker.probeDue, breaker.retryAfterMs]).toEqual(['open', false, 1_000]);
    await clock.advance(3_600_000);
    expect([breaker.state, breaker.probeDue, breaker.retryAfterMs]).toEqual(['open', true, 0]);
  });
});

describe('trap 15: errors that speak neither for nor against the callee', () => {
  const ownFault = handleWhen((error) => (error as { status?: number }).status === 500);

  it('cockatiel forgets an answer between two failures, and closes for a probe that was cancelled', async () => {
    const policy = circuitBreaker(ownFault, { breaker: new ConsecutiveBreaker(2), halfOpenAfter: 1_000 });
    await rejection(policy.execute(fail()));
    await rejection(policy.execute(failing([httpError(404)], 1)));
    await rejection(policy.execute(fail()));
    expect(policy.state).toBe(CircuitState.Open);
    await vi.advanceTimersByTimeAsync(1_000);
    await rejection(policy.execute(failing([new DOMException('gone', 'AbortError')], 1)));
    expect(policy.state).toBe(CircuitState.Closed);
  });

  it('ours takes a 404 for the answer it is, and lets a cancelled probe decide nothing', async () => {
    const test = ours(2);
    const { bridge, clock } = test;
    for (const status of [500, 404, 500]) await rejection(bridge.run('op', failing([httpError(status)], 1)));
    expect(stateOf(test)).toBe('closed');
    await rejection(bridge.run('op', fail()));
    expect(stateOf(test)).toBe('open');
    await clock.advance(1_000);
    const controller = new AbortController();
    const probe = rejection(bridge.run('op', never, { signal: controller.signal }));
    controller.abort();
    await probe;
    expect(stateOf(test)).toBe('half_open');
    expect(await bridge.run('op', async () => 'its place is free')).toBe('its place is free');
  });
});

describe('trap 16: a circuit that cannot be reset', () => {
  it('cockatiel keeps the failures, and a saved isolation lasts for ever', async () => {
    const policy = theirs(2);
    await rejection(policy.execute(fail()));
    await rejection(policy.execute(fail()));
    policy.isolate().dispose();
    expect(policy.state).toBe(CircuitState.Closed);
    await rejection(policy.execute(fail()));
    expect(policy.state).toBe(CircuitState.Open);

    const isolated = theirs(2);
    isolated.isolate();
    const breaker = new ConsecutiveBreaker(2);
    const initialState = isolated.toJSON();
    const restored = circuitBreaker(handleAll, { breaker, halfOpenAfter: 1_000, initialState });
    restored.isolate().dispose();
    expect(restored.state).toBe(CircuitState.Isolated);
  });

  it('ours starts anew; its state is not saved, so an isolation ends with the process', () => {
    const strategy = (): ConsecutiveBreaker => new ConsecutiveBreaker(2);
    const clock = new VirtualClock();
    const breaker = new CircuitBreaker({ strategy, openForMs: 1_000, halfOpenProbes: 1, clock });
    const failOnce = (): void => breaker.record(breaker.tryAcquire() ?? expect.fail(), 'failure');
    failOnce();
    failOnce();
    expect(breaker.state).toBe('open');
    breaker.isolate();
    breaker.reset();
    failOnce();
    expect(breaker.state).toBe('closed');
    failOnce();
    expect(breaker.state).toBe('open');
  });
});

describe('trap 20, of the calendar: a clock that is set back', () => {
  it('cockatiel stays open', async () => {
    const policy = theirs(1);
    await rejection(policy.execute(fail()));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await rejection(policy.execute(async () => 1))).toMatchObject({ isBrokenCircuitError: true });
  });

  it('ours goes by a clock that nobody sets', async () => {
    const circuit = { consecutiveFailures: 1, openForMs: 1_000 };
    const bridge = createBridge({ operations: { op: { circuitBreaker: circuit } } }, { clock: systemClock });
    await rejection(bridge.run('op', fail()));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await bridge.run('op', async () => 'up again')).toBe('up again');
  });
});
