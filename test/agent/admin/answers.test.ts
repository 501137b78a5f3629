import { createBridge } from '@crossbridge/core';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { describe, expect, it, vi } from 'vitest';
import { Answers } from '../../../packages/agent/src/admin/answers.ts';

const { state } = createBridge({ operations: { search: { retry: 'quick' } } });

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function measured() {
  const pullReader = new Reader();
  new MeterProvider({ readers: [pullReader] }).getMeter('test').createCounter('seen').add(3);
  return pullReader;
}

describe('Answers', () => {
  it('gives the metrics as Prometheus reads them', async () => {
    const reply = await new Answers({ state, sdk: { pullReader: measured() } }, () => {}).to({
      kind: 'metrics',
      accept: '',
    });
    expect(reply.status).toBe(200);
    expect(reply.contentType).toContain('text/plain');
    expect(reply.body).toMatch(/^seen_total\{.*\} 3$/m);
  });

  it('collects once for all who ask at a time', async () => {
    const pullReader = measured();
    const collect = vi.spyOn(pullReader, 'collect');
    const answers = new Answers({ state, sdk: { pullReader } }, () => {});
    await Promise.all(['', 'text/plain', ''].map((accept) => answers.to({ kind: 'metrics', accept })));
    expect(collect).toHaveBeenCalledTimes(1);
    await answers.to({ kind: 'metrics', accept: '' });
    expect(collect).toHaveBeenCalledTimes(2);
  });

  it('gives the live state of the operations', async () => {
    const reply = await new Answers({ state, sdk: undefined }, () => {}).to({ kind: 'operations' });
    expect((JSON.parse(reply.body) as { operation: string }[]).map(({ operation }) => operation)).toContain('search');
  });

  it('says that there are no metrics without the SDK', async () => {
    const reply = await new Answers({ state, sdk: undefined }, () => {}).to({ kind: 'metrics', accept: '' });
    expect(reply).toMatchObject({ status: 503, body: 'The OpenTelemetry SDK is not running\n' });
  });

  it('tells a failure to the log and not to the client, and is well again after it', async () => {
    const pullReader = measured();
    vi.spyOn(pullReader, 'collect').mockRejectedValueOnce(new Error('secret'));
    const failures: unknown[] = [];
    const answers = new Answers({ state, sdk: { pullReader } }, (...failure) => failures.push(failure));
    const reply = await answers.to({ kind: 'metrics', accept: '' });
    expect(reply.status).toBe(500);
    expect(reply.body).not.toContain('secret');
    expect(failures).toEqual([['metrics', new Error('secret')]]);
    expect((await answers.to({ kind: 'metrics', accept: '' })).status).toBe(200);
  });

  it('gives a collection up that never ends', async () => {
    vi.useFakeTimers();
    try {
      const pullReader = measured();
      vi.spyOn(pullReader, 'collect').mockReturnValueOnce(new Promise(() => {}));
      const answers = new Answers({ state, sdk: { pullReader } }, () => {});
      const asking = answers.to({ kind: 'metrics', accept: '' });
      await vi.advanceTimersByTimeAsync(15_000);
      expect((await asking).status).toBe(500);
      expect((await answers.to({ kind: 'metrics', accept: '' })).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});
