import { createBridge, type PlainCall } from '@crossbridge/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeepWhatHurt } from '../../packages/otel/src/keep-what-hurt.ts';
import { createOtelObserver, type OtelObserverOptions } from '../../packages/otel/src/otel-observer.ts';
import { durationMs, startMs, startOtel, stopOtel } from '../support/otel.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SINCE_1970 = 1_700_000_000_000;

// Each look at the clock shows another time, so that a time tells whose look it was.
beforeEach(() => {
  let looks = 5_000_000;
  vi.spyOn(performance, 'now').mockImplementation(() => looks++);
  vi.spyOn(Date, 'now').mockReturnValue(SINCE_1970);
});

afterEach(() => {
  vi.restoreAllMocks();
  stopOtel();
});

describe('the span of a call that goes through at once', () => {
  it('begins and ends when core says that the call did, with no look of its own at the clock', async () => {
    const { span, call } = await watched({});
    expect(durationMs(span)).toBe(call.durationMs);
    // The look of the SDK when the span is made, which is the next one.
    expect(SINCE_1970 - startMs(span)).toBe(1);
  });

  it('does so too when the sampler had dropped it and it was slow', async () => {
    const { span, call } = await watched({
      keep: new KeepWhatHurt({ sampler: new AlwaysOffSampler(), slowerThanMs: 0 }),
    });
    expect(durationMs(span)).toBe(call.durationMs);
    expect(SINCE_1970 - startMs(span)).toBe(call.durationMs + 1);
  });

  it('goes by the clock of an observer that has one', async () => {
    let now = SINCE_1970;
    const { span } = await watched({
      now: () => {
        now += 1_000;
        return now;
      },
    });
    expect(startMs(span)).toBe(SINCE_1970 + 1_000);
    expect(durationMs(span)).toBe(1_000);
  });

  it('is in the time of the world where the bridge has one of its own', async () => {
    const clock = new VirtualClock();
    const { span, call } = await watched({}, clock);
    expect(call.startedAtMs).toBe(clock.now());
    expect(SINCE_1970 - startMs(span)).toBe(1);
    expect(durationMs(span)).toBeGreaterThan(call.durationMs);
  });
});

async function watched(
  options: OtelObserverOptions,
  clock?: VirtualClock,
): Promise<{ span: ReadableSpan; call: PlainCall }> {
  const otel = startOtel(options.keep === undefined ? {} : { keep: options.keep });
  const told: PlainCall[] = [];
  const witness = { on: () => {}, wants: () => 'plain' as const, plain: (call: PlainCall) => void told.push(call) };
  const observers = [createOtelObserver(options), witness];
  const bridge = createBridge(
    { operations: { search: { circuitBreaker: { consecutiveFailures: 5 } } } },
    clock === undefined ? { observers } : { observers, clock },
  );
  await bridge.run('search', async () => 42);
  const [call] = told;
  if (call === undefined || told.length > 1) throw new Error(`${told.length} plain calls were told`);
  return { span: await otel.span('search'), call };
}
