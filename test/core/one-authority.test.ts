import { type Authority, authorityOver, isRetriedAround, runAsAttempt, runAsProbe } from '@crossbridge/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failing, httpError, plainRetry, rejection, testBridge } from '../support/bridges.ts';

/** What a hardened client for Redis is told that makes a call of `operation`. */
const ask = (operation: string): Authority => authorityOver(operation, 'redis');

afterEach(() => vi.resetModules());

describe('the authority over the call of a hardened client', () => {
  it('is all its own outside of other calls, and in those of other operations that are not retried', async () => {
    expect(ask('inner')).toBe('full');
    const { bridge } = testBridge({});
    expect(await bridge.run('outer', () => ask('inner'))).toBe('full');
  });

  it('is for one attempt inside an attempt of another operation that is retried', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    ask('inner');
    const asked = await bridge.run('op', async () => {
      await Promise.resolve();
      return [ask('inner'), isRetriedAround('redis')];
    });
    expect(asked).toEqual(['once', true]);
    expect([ask('inner'), isRetriedAround('redis')]).toEqual(['full', false]);
  });

  it('is for one attempt inside retryWithBackoff, of which each try is an attempt', async () => {
    const { bridge, clock } = testBridge({});
    ask('inner');
    const asked: Authority[] = [];
    const fn = (): never => {
      asked.push(ask('inner'));
      throw httpError(503);
    };
    await rejection(clock.run(bridge.retry(fn, plainRetry)));
    expect(asked).toEqual(['once', 'once', 'once']);
  });

  it.each([
    ['its retries are only watched', { retry: { ...plainRetry, mode: 'shadow' as const } }, {}],
    ['its policy has one attempt', { retry: { ...plainRetry, maxAttempts: 1 } }, {}],
    ['the caller allows one attempt', { retry: plainRetry }, { maxAttempts: 1 }],
    ['the caller wants no retry', { retry: plainRetry }, { retry: false as const }],
  ])('is all its own where the call around it is not retried: %s', async (_, policies, options) => {
    const { bridge } = testBridge(policies);
    ask('inner');
    expect(await bridge.run('op', () => ask('inner'), options)).toBe('full');
  });

  it('is none inside an attempt of the same operation, whether or not that is retried', async () => {
    ask('op');
    const { bridge } = testBridge({});
    expect(await bridge.run('op', () => ask('op'))).toBe('none');
  });

  it('sees the calls around the call around it', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    ask('inner');
    ask('middle');
    expect(await bridge.run('op', () => bridge.run('middle', () => ask('inner')))).toBe('once');
    expect(await bridge.run('inner', () => bridge.run('op', () => ask('inner')))).toBe('none');
  });

  it('is none inside an attempt of a client of the same layer, as long as that goes on', async () => {
    let later: Authority | undefined;
    const other = await runAsAttempt('redis', async () => {
      setTimeout(() => {
        later = ask('inner');
      }, 5);
      await Promise.resolve();
      return [ask('inner'), authorityOver('inner', 'http'), authorityOver('inner')];
    });
    expect(other).toEqual(['none', 'full', 'full']);
    await vi.waitFor(() => expect(later).toBe('full'));
  });

  it('is none for the requests of a model that is hardened itself, but not the other way round', async () => {
    expect(await runAsAttempt('model', async () => authorityOver('inner', 'http'))).toBe('none');
    expect(await runAsAttempt('http', async () => authorityOver('inner', 'model'))).toBe('full');
  });

  it('leaves the retries of a library to the client of the same layer that the library calls', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    ask('inner');
    const around = (): readonly boolean[] => [isRetriedAround('http'), isRetriedAround('model')];
    expect(await bridge.run('op', () => runAsAttempt('http', async () => around()))).toEqual([false, true]);
  });

  it('is none in a health check', () => {
    expect(runAsProbe(() => ask('inner'))).toBe('none');
  });

  it('comes back to what an attempt has left running', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    ask('inner');
    let go: () => void = () => {};
    const left = await bridge.run('op', () => {
      const running = new Promise<void>((resolve) => {
        go = resolve;
      }).then(() => ask('inner'));
      return { running };
    });
    go();
    expect(await left.running).toBe('full');
  });

  it('reaches a query that begins only when it is awaited', async () => {
    const { bridge } = testBridge({ retry: plainRetry });
    ask('inner');
    // biome-ignore lint/suspicious/noThenProperty: what query builders are
    const lazy = { then: (done: (value: Authority) => void) => void done(ask('inner')) };
    expect(await bridge.run('op', () => lazy as unknown as PromiseLike<Authority>)).toBe('once');
  });

  it('runs what a lazy query does once', async () => {
    const runs: string[] = [];
    class Lazy extends Promise<string> {
      static override get [Symbol.species](): PromiseConstructor {
        return Promise;
      }
      // biome-ignore lint/suspicious/noThenProperty: what postgres.js does
      override then<A = string, B = never>(
        done?: ((value: string) => A | PromiseLike<A>) | null,
        fail?: ((error: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        runs.push('run');
        return super.then(done, fail);
      }
    }
    const query = runAsAttempt('sql', () => new Lazy((resolve) => resolve('rows')));
    expect(runs).toEqual([]);
    expect(await query).toBe('rows');
    expect(runs).toEqual(['run']);
  });

  it('is known to another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('../../packages/core/src/one-authority.ts');
    const probes = await import('../../packages/core/src/health/probe.ts');
    expect(copy.authorityOver).not.toBe(authorityOver);
    copy.willAskAbout('inner');
    const { bridge } = testBridge({ retry: plainRetry });
    expect(await bridge.run('op', () => copy.authorityOver('inner', 'http'))).toBe('once');
    expect(runAsAttempt('http', () => copy.authorityOver('inner', 'http'))).toBe('none');
    expect(runAsProbe(() => probes.isProbe())).toBe(true);
  });
});

describe('a nested call', () => {
  it('has one attempt, and says that another call retries it', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const fn = failing([httpError(503), httpError(503)], 1);
    await rejection(clock.run(bridge.run('op', fn, { nested: true, maxAttempts: 2 })));
    expect(fn.calls).toBe(1);
    expect(observer.story.filter((line) => line.startsWith('retry'))).toEqual(['retry nested']);
  });

  it('is no other when what happened is not worth a try', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    await rejection(clock.run(bridge.run('op', failing([httpError(400)], 1), { nested: true })));
    expect(observer.story).toContain('retry not_retryable');
  });
});
