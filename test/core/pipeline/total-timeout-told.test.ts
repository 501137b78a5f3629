import { expect, it } from 'vitest';
import { rejection, testBridge } from '../../support/bridges.ts';

const never = () => new Promise(() => {});

it('tells once that the time of a call ran out, however many attempts met it', async () => {
  const { bridge, clock, observer } = testBridge({ hedge: { delayMs: 10 }, timeout: { totalMs: 50 } });
  expect(await clock.run(rejection(bridge.run('op', never)))).toMatchObject({ code: 'deadline_exceeded' });
  await clock.advance(0);
  expect(observer.ofType('timeout.exceeded')).toMatchObject([{ scope: 'total', mode: 'enforce', limitMs: 50 }]);
  expect(observer.story.slice(-2)).toEqual(['timeout total', 'end timeout deadline_exceeded']);
});

it('tells it of a call that never came to an attempt, too', async () => {
  const { bridge, clock, observer } = testBridge({ bulkhead: { limit: 1, queue: 1 }, timeout: { totalMs: 50 } });
  const abort = new AbortController();
  const first = rejection(bridge.run('op', never, { signal: abort.signal, deadlineMs: 1e6 }));
  expect(await clock.run(rejection(bridge.run('op', never)))).toMatchObject({ code: 'deadline_exceeded' });
  abort.abort();
  await clock.run(first);
  const told = observer.ofType('timeout.exceeded').filter(({ call }) => call.attempts === 0);
  expect(told).toMatchObject([{ scope: 'total', limitMs: 50 }]);
});
