import { channel } from 'node:diagnostics_channel';
import type { Attributes } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import type { HistogramPoint } from '../../packages/otel/src/metric-data.ts';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';

afterEach(stopOtel);

const CALL = {
  operation: 'ai_generate',
  task: 'chat',
  provider: 'openai',
  model: 'gpt-test',
  usage: { input: 7, output: 3 },
  durationMs: 1_500,
  errorType: undefined,
};

const LABELS = {
  'crossbridge.operation': 'ai_generate',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.response.model': 'gpt-test',
};

const tell = (fact: unknown): void => channel('crossbridge:model.call').publish(fact);

interface Point {
  readonly attributes: Attributes;
  readonly sum: number;
  readonly count: number;
}

/** What is measured, by metric, on each of the two ways out. */
const WAYS: Readonly<Record<string, (play: () => void, genAi?: boolean) => Promise<Record<string, Point[]>>>> = {
  instruments: async (play, genAi = true) => {
    const otel = startOtel();
    const observer = createOtelObserver({ genAi });
    play();
    const { metrics } = await otel.collect();
    observer.close();
    return pointsOf(metrics as never);
  },
  producer: async (play, genAi = true) => {
    const observer = createOtelObserver({ genAi, metrics: 'producer' });
    play();
    const { resourceMetrics } = await observer.metricProducer().collect();
    observer.close();
    return pointsOf(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics) as never);
  },
};

function pointsOf(
  metrics: readonly { readonly descriptor: { readonly name: string }; readonly dataPoints: HistogramPoint[] }[],
): Record<string, Point[]> {
  const ours = metrics.filter(({ descriptor }) => descriptor.name.startsWith('gen_ai.'));
  return Object.fromEntries(
    ours.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes, value: { sum, count } }) => ({ attributes, sum, count })),
    ]),
  );
}

describe.each(Object.entries(WAYS))('calls of models, measured by the %s', (_, measure) => {
  it('have their duration and their tokens', async () => {
    expect(await measure(() => tell(CALL))).toEqual({
      'gen_ai.client.operation.duration': [{ attributes: LABELS, sum: 1.5, count: 1 }],
      'gen_ai.client.token.usage': [
        { attributes: { ...LABELS, 'gen_ai.token.type': 'input' }, sum: 7, count: 1 },
        { attributes: { ...LABELS, 'gen_ai.token.type': 'output' }, sum: 3, count: 1 },
      ],
    });
  });

  it('count what came from a cache as asked, and no tokens where none were told', async () => {
    const told = await measure(() => {
      tell({ ...CALL, usage: { input: 7, cached: 100, output: undefined } });
      tell({ ...CALL, usage: undefined, model: undefined, errorType: '429' });
    });
    expect(told['gen_ai.client.token.usage']).toEqual([
      { attributes: { ...LABELS, 'gen_ai.token.type': 'input' }, sum: 107, count: 1 },
    ]);
    expect(told['gen_ai.client.operation.duration']).toContainEqual({
      attributes: { ...LABELS, 'gen_ai.response.model': '_OTHER', 'error.type': '429' },
      sum: 1.5,
      count: 1,
    });
  });

  it('tell fifty models apart, and the rest as one', async () => {
    const told = await measure(() => {
      tell({ ...CALL, model: 'x'.repeat(1_000) });
      for (let model = 0; model < 60; model += 1) tell({ ...CALL, model: `model-${model}` });
      tell({ ...CALL, model: 'model-0' });
    });
    const points = told['gen_ai.client.operation.duration'] ?? [];
    const counts = new Map(points.map(({ attributes, count }) => [attributes['gen_ai.response.model'], count]));
    expect([counts.size, counts.get('model-0'), counts.get('model-49'), counts.get('_OTHER')]).toEqual([51, 2, 1, 11]);
  });

  it('are measured after something that is no call of a model, which does no harm', async () => {
    const told = await measure(() => {
      tell(undefined);
      tell(CALL);
    });
    expect(told['gen_ai.client.operation.duration']).toEqual([{ attributes: LABELS, sum: 1.5, count: 1 }]);
  });

  it('are not measured unless that is asked for, nor after the end', async () => {
    expect(await measure(() => tell(CALL), false)).toEqual({});
    expect(channel('crossbridge:model.call').hasSubscribers).toBe(false);
  });
});
