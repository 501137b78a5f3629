import { createClassifier, isCrossbridgeError, StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { failing, plainRetry, testBridge } from '../support/bridges.ts';

it.each([
  [new StreamStalledError('ai', 'nothing came for 5 ms'), 'stream_stalled'],
  [new StreamTruncatedError('ai', 'the connection broke', new Error('reset')), 'stream_truncated'],
])('%s is a failure of the callee whose outcome is unknown', (error, code) => {
  expect([isCrossbridgeError(error), error.code, error.operation]).toEqual([true, code, 'ai']);
  expect(createClassifier()(error)).toMatchObject({
    class: 'unknown_outcome',
    type: code,
    retryable: true,
    notExecuted: false,
    breaker: 'failure',
  });
});

it('a streamed answer that breaks off is retried, and ends the call as an error when it stays so', async () => {
  const { bridge, clock, observer } = testBridge({ retry: plainRetry });
  const broken = new StreamTruncatedError('op', 'the connection broke');
  expect(await clock.run(bridge.run('op', failing([broken], 'whole')))).toBe('whole');
  await expect(clock.run(bridge.run('op', failing(Array(3).fill(broken), 'whole')))).rejects.toBe(broken);
  expect(observer.story.at(-1)).toBe('end error stream_truncated');
});
