import { expect, it } from 'vitest';
import { PresetIds } from '../../packages/otel/src/preset-ids.ts';

const IDS = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

it('gives the ids that were given out before to one span, and another span id to what a processor starts meanwhile', () => {
  const ids = new PresetIds();
  const drawn = ids.use(IDS, () => [ids.generateSpanId(), ids.generateTraceId(), ids.generateSpanId()]);
  expect(drawn).toEqual([IDS.spanId, IDS.traceId, expect.stringMatching(/^(?!b{16}$)[0-9a-f]{16}$/)]);
});

it('forgets them afterwards, also when the span cannot be made', () => {
  const ids = new PresetIds();
  expect(() =>
    ids.use(IDS, () => {
      throw new Error('broken tracer');
    }),
  ).toThrow('broken tracer');
  expect(ids.generateTraceId()).not.toBe(IDS.traceId);
  expect(ids.generateSpanId()).not.toBe(IDS.spanId);
});

it('draws ids of the right form, all different', () => {
  const ids = new PresetIds();
  const traces = Array.from({ length: 5_000 }, () => ids.generateTraceId());
  const spans = Array.from({ length: 5_000 }, () => ids.generateSpanId());
  expect(new Set(traces).size + new Set(spans).size).toBe(10_000);
  for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/);
  for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/);
});
