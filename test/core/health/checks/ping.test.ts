import { describe, expect, it } from 'vitest';
import { PingHealthCheck } from '../../../../packages/core/src/health/checks/ping.ts';

describe('PingHealthCheck', () => {
  it('is healthy whatever the ping answers, and gives it no argument', async () => {
    for (const answer of ['PONG', undefined, false]) {
      const given: unknown[][] = [];
      const service = {
        ping: async (...args: unknown[]) => {
          given.push(args);
          return answer;
        },
      };
      expect(await new PingHealthCheck('cache', service).check()).toMatchObject({
        status: 'healthy',
        message: 'Ping successful',
      });
      expect(given).toEqual([[]]);
    }
  });

  it('is unhealthy when the ping fails, or does not exist', async () => {
    const failing = { ping: () => Promise.reject(new Error('down')) };
    expect(await new PingHealthCheck('cache', failing).check()).toMatchObject({
      status: 'unhealthy',
      message: 'Check failed: Error: down',
    });
    const without = {} as { ping(): unknown };
    expect((await new PingHealthCheck('cache', without).check()).message).toMatch(/^Check failed: TypeError: .*ping/);
  });

  it('calls the ping as a method of its service', async () => {
    class Service {
      readonly #answer = 'PONG';
      ping(): string {
        return this.#answer;
      }
    }
    expect((await new PingHealthCheck('cache', new Service()).check()).healthy).toBe(true);
  });

  it('refuses a service that is none', () => {
    expect(() => new PingHealthCheck('cache', undefined as never)).toThrow(
      "The health check 'cache' needs an object to ask, got undefined",
    );
  });
});
