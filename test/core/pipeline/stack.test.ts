import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';

describe('the stack of an error that a call fails with', () => {
  it.each([
    ['nothing can cut short', { retry: 'default', circuitBreaker: { consecutiveFailures: 5 } }],
    ['a timeout can cut short', { timeout: { attemptMs: 1_000 } }],
  ] as const)('goes on to who made the call, of a function that %s', async (_, op) => {
    const bridge = createBridge({ operations: { op } });
    async function checkout(): Promise<void> {
      await bridge.run('op', async () => {
        await null;
        throw new Error('Bad request');
      });
    }
    const { stack } = (await rejection(checkout())) as Error;
    expect(stack).toMatch(/at (async )?checkout /);
  });
});
