import { setImmediate } from 'node:timers/promises';
import { SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

it('makes each client span the child of its own call, in 1,000 interleaved calls that a queue resumes from foreign contexts', async () => {
  const otel = startOtel();
  const observer = createOtelObserver({ now: new FakeNow().now });
  const parked: (() => void)[] = [];
  const calls = Array.from({ length: 1_000 }, (_, index) =>
    driveCall(observer, { operation: `op${index}` }, async (call) => {
      for (let hops = index % 5; hops > 0; hops -= 1) await setImmediate();
      const enterFrom = (enter: () => Promise<void>): Promise<void> =>
        new Promise((resolve, reject) => parked.push(() => enter().then(resolve, reject)));
      const send = async (): Promise<void> => {
        for (let hops = (index * 7) % 3; hops > 0; hops -= 1) await setImmediate();
        const span = trace.getTracer('http').startSpan(`GET ${index}`, { kind: SpanKind.CLIENT });
        await setImmediate();
        span.end();
      };
      const failing = call.attempt({ outcome: 'error', errorType: '503', run: send, enterFrom });
      // One call lets the others in: their attempts begin in the asynchronous context of this one.
      if (index % 10 === 9)
        for (let hops = 0; hops < 20; hops += 1) {
          await setImmediate();
          for (const resume of parked.splice(0)) resume();
        }
      await failing;
      call.decide('retried', '503');
      await call.attempt({ run: send });
      return SUCCESS;
    }),
  );
  await Promise.all(calls);
  const spans = await otel.spans();
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const sent = spans.filter((span) => span.kind === SpanKind.CLIENT);
  expect(sent).toHaveLength(2_000);
  for (const span of sent) {
    const operation = span.name.replace('GET ', 'op');
    expect(nameOf.get(span.parentSpanContext?.spanId ?? '')).toBe(operation);
    expect(span.attributes['crossbridge.operation']).toBe(operation);
  }
  expect(sent.filter((span) => span.attributes['http.request.resend_count'] === 1)).toHaveLength(1_000);
  expect(spans).toHaveLength(3_000);
});
