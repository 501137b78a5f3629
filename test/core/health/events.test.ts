import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HealthEvent, harmless } from '../../../packages/core/src/health/events.ts';
import type { BridgeEvent } from '../../../packages/core/src/observer.ts';
import { settle } from '../../support/virtual-clock.ts';

const event: HealthEvent = { type: 'health.checked', check: 'db', status: 'healthy', durationMs: 1, timedOut: false };

afterEach(() => vi.restoreAllMocks());

describe('HealthEvent', () => {
  it('is an event of a bridge as soon as it says that it belongs to no call', () => {
    const told: BridgeEvent[] = [];
    const tell = (one: HealthEvent): unknown => told.push({ ...one, call: undefined });
    tell(event);
    expect(told).toEqual([{ ...event, call: undefined }]);
  });
});

describe('harmless', () => {
  it('hands every event on', () => {
    const seen: HealthEvent[] = [];
    const handler = harmless((one) => seen.push(one));
    handler(event);
    handler(event);
    expect(seen).toEqual([event, event]);
  });

  it('reports the first failure of a handler, and swallows all', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const handler = harmless(() => {
      throw new Error('broken handler');
    });
    handler(event);
    handler(event);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining('broken handler')]);
    const later = harmless((() => Promise.reject(new Error('broken later'))) as () => void);
    later(event);
    later(event);
    await settle();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([expect.anything(), expect.stringContaining('broken later')]);
  });
});
