import { createBridge } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';

it('leaves in the stack of an error who made the call, for a function that nothing can cut short', async () => {
  const bridge = createBridge({ operations: { op: { retry: 'default', circuitBreaker: { consecutiveFailures: 5 } } } });
  async function checkout(): Promise<void> {
    await bridge.run('op', async () => {
      await null;
      throw new Error('Bad request');
    });
  }
  const { stack } = (await rejection(checkout())) as Error;
  expect(stack).toMatch(/at (async )?checkout /);
});
