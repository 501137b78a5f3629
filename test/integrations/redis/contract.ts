import type { Bridge } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { RETRIES, type RedisBench, redisBench, type TestRedis } from './bench.ts';

/** What every hardened client of Redis does, whichever driver it is of. */
export function describeHardenedRedis(
  title: string,
  connect: (port: number, bridge: Bridge) => Promise<TestRedis>,
  more: (bench: RedisBench) => void,
): void {
  describeWithServers(['redis'], title, () => {
    const bench = redisBench(connect);

    it('executes an INCR once when its reply is lost, and says that it does not know', async () => {
      const client = await bench.client();
      await client.set('n', '0');
      expect(await client.incr('n')).toBe(1);
      bench.proxy.on('incr', 'lose-reply');
      bench.proxy.on('INCR', 'lose-reply');
      const error = await rejection(client.incr('n'));
      expect(bench.bridge.explain(error, 'redis.command')).toMatchObject({ class: 'unknown_outcome' });
      bench.proxy.calm();
      expect(await client.get('n')).toBe('2');
      expect(await client.incr('n')).toBe(3);
    });

    it('asks a read again when its reply is lost', async () => {
      const client = await bench.client();
      await client.set('r', 'here');
      bench.proxy.decide(once(/\bget\b/i));
      expect(await client.get('r')).toBe('here');
      expect(bench.observer.ofType('retry.decided')).toMatchObject([{ decision: 'retried' }]);
    });

    it('counts exactly, whatever replies are lost', async () => {
      const client = await bench.client();
      await client.set('count', '0');
      let told = 0;
      let message = 0;
      bench.proxy.decide((text) => {
        if (!/\bincr\b/i.test(text)) return undefined;
        message += 1;
        return message % 3 === 0 ? 'lose-reply' : undefined;
      });
      let unknown = 0;
      for (let n = 0; n < 30; n += 1) {
        try {
          await client.incr('count');
          told += 1;
        } catch {
          unknown += 1;
        }
      }
      bench.proxy.calm();
      // The server had got all of them when the replies were lost.
      expect([told, unknown]).toEqual([20, 10]);
      expect(await client.get('count')).toBe('30');
    });

    it('sends no pipeline and no transaction twice', async () => {
      const client = await bench.client();
      await client.set('p', '0');
      bench.proxy.decide(once(/\bincr\b/i));
      await client.incrTwice('p').catch(() => {});
      bench.proxy.decide(once(/\bincr\b/i));
      await client.incrTwiceAtOnce('p').catch(() => {});
      bench.proxy.calm();
      expect(await client.get('p')).toBe('4');
    });

    it('keeps the order of what is not waited for', async () => {
      const client = await bench.client();
      const all: Promise<unknown>[] = [];
      for (let n = 0; n < 50; n += 1) all.push(client.set('o', `${n}`), client.get('o'));
      const answers = (await Promise.all(all)).filter((_, index) => index % 2 === 1);
      expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
    });

    it('lets blocking commands wait without policies', async () => {
      bench.configure({ ...RETRIES, timeout: { attemptMs: 100 } });
      const [waiting, other] = [await bench.client(), await bench.client()];
      const popped = waiting.pop('q');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await other.push('q', 'late');
      expect(JSON.stringify(await popped)).toContain('late');
    });

    it('gives up a command at its timeout, also one that waits for a connection, which is then never sent', async () => {
      bench.configure({ timeout: { attemptMs: 100 } });
      const client = await bench.client();
      await client.set('late', '0');
      await bench.server.pause();
      expect(await rejection(client.get('late'))).toMatchObject({ code: 'attempt_timeout' });
      bench.server.resume();
      await bench.server.kill();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await rejection(client.set('late-one', '1'));
      await bench.server.restart();
      await expect.poll(() => client.get('late').catch(() => undefined), { timeout: 10_000 }).toBe('0');
      expect(await client.get('late-one')).toBe(null);
    });

    it('passes on what the server says, and takes it for no failure of the server', async () => {
      const client = await bench.client();
      const error = await rejection(client.fail());
      expect(bench.bridge.explain(error)).toMatchObject({ class: 'permanent', breaker: 'success' });
    });

    more(bench);
  });
}

/** Loses the reply to the first message that matches. */
function once(pattern: RegExp): (message: string) => 'lose-reply' | undefined {
  let left = 1;
  return (message) => {
    if (left === 0 || !pattern.test(message)) return undefined;
    left -= 1;
    return 'lose-reply';
  };
}
