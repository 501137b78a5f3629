import type { Clock } from '../clock.ts';
import type { Checkable } from './checkable.ts';
import type { Finding } from './finding.ts';
import { runAsProbe } from './probe.ts';
import { HealthResult } from './result.ts';
import { resultOf } from './result-of.ts';
import { textOfThrown, typeOfThrown } from './thrown.ts';
import { ref, unref } from './timer.ts';

export interface FlightOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** One run of a check, under way. */
export interface Flight {
  /** Milliseconds since 1970. */
  readonly startedAtWallMs: number;
  /** What it found, in time or not. Never rejects. */
  readonly finding: Promise<Finding>;
  /** Fulfilled when the check itself has come to an end, which may be long after its time is over. */
  readonly landed: Promise<void>;
  /** Somebody waits for it, so the process must not end before it. */
  keepAlive(): void;
  /** Ends it before its time, without fault of the check. */
  cancel(reason: string): void;
}

/** Starts a run of the check that is over after `timeoutMs` at the latest, whatever the check does. */
export function startFlight(check: Checkable, { clock, timeoutMs }: FlightOptions): Flight {
  const controller = new AbortController();
  const { promise: finding, resolve } = Promise.withResolvers<Finding>();
  const startedAtMs = clock.now();
  const end = (result: HealthResult, timedOut: boolean): void => {
    clock.clearTimeout(timer);
    resolve({ result, timedOut, durationMs: clock.now() - startedAtMs, source: 'probe' });
  };
  // Decided before the signal fires: a check that answers to the signal must not be taken for one that was in time.
  const cut = (result: HealthResult, timedOut: boolean): void => {
    end(result, timedOut);
    controller.abort(new DOMException(result.message ?? '', timedOut ? 'TimeoutError' : 'AbortError'));
  };
  const timer = clock.setTimeout(
    () => cut(new HealthResult({ status: 'unhealthy', message: `Check timed out after ${timeoutMs} ms` }), true),
    timeoutMs,
  );
  unref(timer);
  const landed = runAsProbe(() => ask(check, controller.signal)).then((result) => end(result, false));
  return {
    startedAtWallMs: clock.wallNow(),
    finding,
    landed,
    keepAlive: () => ref(timer),
    cancel: (reason) => cut(new HealthResult({ status: 'unknown', message: reason }), false),
  };
}

async function ask(check: Checkable, signal: AbortSignal): Promise<HealthResult> {
  try {
    return resultOf(await check.check({ signal }));
  } catch (error) {
    const message = `Check execution failed: ${typeOfThrown(error)}: ${textOfThrown(error)}`;
    return new HealthResult({ status: 'unknown', message });
  }
}
