import { setImmediate } from 'node:timers/promises';
import { DiagLogLevel, diag, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver, type OtelObserverOptions } from '../../packages/otel/src/otel-observer.ts';
import { type RunningOtel, startOtel, stopOtel } from '../support/otel.ts';
import { DrivenCall, driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(() => {
  stopOtel();
  diag.disable();
});

function send(name: string): void {
  trace.getTracer('http').startSpan(name, { kind: SpanKind.CLIENT }).end();
}

/** A call whose hedge answers first and whose initial attempt ends only after the call has. */
async function hedgedCall(options: OtelObserverOptions): Promise<void> {
  const observer = createOtelObserver({ now: new FakeNow().now, ...options });
  let lose = (): void => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  let losing: Promise<void> | undefined;
  await driveCall(observer, {}, async (call) => {
    const entered = new Promise<void>((resolve) => {
      losing = call.attempt({
        outcome: 'cancelled',
        errorType: 'cancelled',
        run: async () => {
          send('first');
          call.hedge('hedged');
          // Begins in the asynchronous context of the attempt beside which it runs.
          await call.attempt({ kind: 'hedge', run: () => send('second') });
          resolve();
          await lost;
        },
      });
    });
    await entered;
    return SUCCESS;
  });
  lose();
  await losing;
  await setImmediate();
}

async function attempts(otel: RunningOtel) {
  const spans = await otel.spans();
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans
    .filter((span) => span.name === 'search attempt')
    .map((span) => ({
      number: span.attributes['crossbridge.attempt.number'],
      kind: span.attributes['crossbridge.attempt.kind'],
      outcome: span.attributes['crossbridge.outcome'],
      parent: nameOf.get(span.parentSpanContext?.spanId ?? ''),
    }));
}

it('gives the hedge and the attempt that it beat a span each, side by side', async () => {
  const otel = startOtel();
  await hedgedCall({ attemptSpans: 'always' });
  expect(await attempts(otel)).toEqual([
    { number: 2, kind: 'hedge', outcome: 'success', parent: 'search' },
    { number: 1, kind: 'initial', outcome: 'cancelled', parent: 'search' },
  ]);
});

it('knows of each of them whether a client span stands for it', async () => {
  const otel = startOtel();
  await hedgedCall({ attemptSpans: 'auto' });
  expect(await attempts(otel)).toEqual([]);
});

it('does not take one for the other when the attempt that began first also ends first', async () => {
  const otel = startOtel();
  let losing: Promise<void> | undefined;
  let lose = (): void => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  await driveCall(createOtelObserver({ now: new FakeNow().now }), {}, async (call) => {
    const run = (): void => {
      send('first');
      call.hedge('hedged');
      losing = call.attempt({ kind: 'hedge', outcome: 'cancelled', errorType: 'cancelled', run: () => lost });
    };
    await call.attempt({ run });
    return SUCCESS;
  });
  lose();
  await losing;
  expect(await attempts(otel)).toEqual([{ number: 2, kind: 'hedge', outcome: 'cancelled', parent: 'search' }]);
});

it('shows both of them after the fact where nothing tells of client spans', async () => {
  const otel = startOtel({ annotator: false });
  await hedgedCall({ attemptSpans: 'auto' });
  expect(await attempts(otel)).toEqual([
    { number: 2, kind: 'hedge', outcome: 'success', parent: 'search' },
    { number: 1, kind: 'initial', outcome: 'cancelled', parent: 'search' },
  ]);
});

it('writes nothing to the span of a call that has ended', async () => {
  startOtel();
  const warnings: string[] = [];
  const tell = (message: string): void => void warnings.push(message);
  diag.setLogger({ error: tell, warn: tell, info: tell, debug: () => {}, verbose: () => {} }, DiagLogLevel.INFO);
  let ended: DrivenCall | undefined;
  await driveCall(createOtelObserver(), {}, async (call) => {
    ended = call;
    void call.attempt({ run: () => new Promise(() => {}) });
    return SUCCESS;
  });
  if (!(ended instanceof DrivenCall)) throw new Error('The call did not run');
  ended.moveBreaker('half_open', 'closed');
  ended.runOutOfTime('total', 100, 'shadow');
  ended.fallBack('503');
  expect(warnings).toEqual([]);
});
