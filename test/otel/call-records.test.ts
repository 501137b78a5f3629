import { createBridge } from '@crossbridge/core';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { failing, httpError, plainRetry } from '../support/bridges.ts';
import { startOtel, stopOtel } from '../support/otel.ts';

afterEach(stopOtel);

it('lets several observers follow one call, each with a span of its own', async () => {
  const otel = startOtel();
  const observers = [createOtelObserver(), createOtelObserver({ recordKey: 'hashed', attemptSpans: 'never' })];
  const bridge = createBridge({ operations: { search: { retry: { ...plainRetry, baseDelayMs: 1 } } } }, { observers });
  await bridge.run('search', failing([httpError(503)], 1), { key: 'user:1' });
  await bridge.run('search', async () => 1, { key: 'user:1' });
  const spans = await otel.spans();
  const calls = spans.filter(({ name }) => name === 'search');
  const told = calls.map(({ attributes }) => [
    attributes['crossbridge.call.attempts'],
    attributes['crossbridge.outcome'],
    'crossbridge.key.hash' in attributes,
  ]);
  expect(told.sort()).toEqual([
    [1, 'success', false],
    [1, 'success', true],
    [2, 'success', false],
    [2, 'success', true],
  ]);
  const attempts = spans.filter(({ name }) => name === 'search attempt');
  const parents = attempts.map((attempt) =>
    calls.find((call) => call.spanContext().spanId === attempt.parentSpanContext?.spanId),
  );
  expect(parents.map((call) => call && 'crossbridge.key.hash' in call.attributes)).toEqual([false, false]);
});
