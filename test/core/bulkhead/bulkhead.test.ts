import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bulkhead } from '../../../packages/core/src/bulkhead/bulkhead.ts';
import type { QueuePlace } from '../../../packages/core/src/bulkhead/wait-queue.ts';
import { settle } from '../../support/virtual-clock.ts';

/** Fills the slots of a bulkhead and lets `waiting` callers queue; `admitted` names them in the order in which they are let in. */
function busy(limit: number, waiting: number): { bulkhead: Bulkhead; places: QueuePlace[]; admitted: number[] } {
  const bulkhead = new Bulkhead({ limit, queue: 100 });
  for (let slot = 0; slot < limit; slot += 1) bulkhead.tryAcquire();
  const admitted: number[] = [];
  const places = Array.from({ length: waiting }, (_, index) => {
    const place = bulkhead.enqueue() ?? expect.fail();
    void place.admitted.then(() => admitted.push(index));
    return place;
  });
  return { bulkhead, places, admitted };
}

describe('Bulkhead', () => {
  it('admits waiters at once and in order when the limit is raised', async () => {
    const { bulkhead, admitted } = busy(1, 4);
    bulkhead.setLimit(3);
    await settle();
    expect([admitted, bulkhead.active, bulkhead.queued]).toEqual([[0, 1], 3, 2]);
  });

  it('lets running calls finish when the limit is lowered, and admits nobody before there is room', async () => {
    const { bulkhead, admitted } = busy(3, 1);
    bulkhead.setLimit(1);
    bulkhead.release();
    bulkhead.release();
    await settle();
    expect([admitted, bulkhead.active, bulkhead.tryAcquire()]).toEqual([[], 1, false]);
    bulkhead.release();
    await settle();
    expect([admitted, bulkhead.active]).toEqual([[0], 1]);
  });

  it('hands a freed slot over before a late caller can take it', () => {
    const { bulkhead } = busy(1, 1);
    bulkhead.release();
    expect([bulkhead.tryAcquire(), bulkhead.active, bulkhead.queued]).toEqual([false, 1, 0]);
  });

  it('skips a waiter that has left, wherever it stood', async () => {
    const { bulkhead, places, admitted } = busy(1, 4);
    expect([places[1]?.leave(), places[3]?.leave(), places[1]?.leave()]).toEqual([true, true, false]);
    for (let call = 0; call < 3; call += 1) bulkhead.release();
    await settle();
    expect([admitted, bulkhead.active, bulkhead.queued]).toEqual([[0, 2], 0, 0]);
  });

  it('tells a waiter that leaves too late that the slot is its own', () => {
    const { bulkhead, places } = busy(1, 1);
    bulkhead.release();
    expect([places[0]?.leave(), bulkhead.active]).toEqual([false, 1]);
  });

  it('keeps who waits when the queue becomes shorter', async () => {
    const { bulkhead, admitted } = busy(1, 3);
    bulkhead.configure({ limit: 2, queue: 1 });
    await settle();
    expect([admitted, bulkhead.queued, bulkhead.queueLimit, bulkhead.enqueue()]).toEqual([[0], 2, 1, undefined]);
  });

  it('lets everybody in who waits when it goes into shadow mode', async () => {
    const { bulkhead, admitted } = busy(1, 3);
    bulkhead.admitAll();
    await settle();
    expect([admitted, bulkhead.active, bulkhead.queued]).toEqual([[0, 1, 2], 4, 0]);
  });

  it('passes in shadow mode whom it would let in now or later, and counts those alone', () => {
    const bulkhead = new Bulkhead({ limit: 2, queue: 1 });
    expect([1, 2, 3, 4, 5].map(() => bulkhead.tryPass())).toEqual([true, true, true, false, false]);
    expect(bulkhead.active).toBe(3);
    for (let call = 0; call < 3; call += 1) bulkhead.release();
    expect([bulkhead.active, bulkhead.tryAcquire()]).toEqual([0, true]);
  });

  it('follows an adaptive limit, and admits waiters when it grows', async () => {
    const adaptive = { algorithm: 'aimd', minLimit: 1, maxLimit: 10, maxHealthyLatencyMs: null } as const;
    const bulkhead = new Bulkhead({ limit: 1, queue: 10, adaptive });
    bulkhead.tryAcquire();
    const place = bulkhead.enqueue() ?? expect.fail();
    bulkhead.observe(5, 'success');
    await place.admitted;
    expect([bulkhead.adapts, bulkhead.limit, bulkhead.active]).toEqual([true, 2, 2]);
    bulkhead.configure({ limit: 1, queue: 10, adaptive: { ...adaptive, maxLimit: 20 } });
    expect(bulkhead.limit).toBe(2);
    bulkhead.configure({ limit: 7, queue: 10, adaptive: { ...adaptive, algorithm: 'gradient' } });
    expect(bulkhead.limit).toBe(7);
    bulkhead.configure({ limit: 3, queue: 10 });
    expect([bulkhead.adapts, bulkhead.limit]).toEqual([false, 3]);
  });

  it('never runs more than its limit, leaves no slot idle while somebody waits, and lets in in order', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ type: 'arrive' } as const) },
      { weight: 3, arbitrary: fc.constant({ type: 'finish' } as const) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('leave' as const), which: fc.nat(20) }) },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('limit' as const), limit: fc.integer({ min: 1, max: 6 }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 6 }), async (steps, queue) => {
        const bulkhead = new Bulkhead({ limit: 2, queue });
        const waiting: { id: number; place: QueuePlace }[] = [];
        const admitted: number[] = [];
        let running = 0;
        let mayRun = 2;
        for (const [id, one] of steps.entries()) {
          if (one.type === 'arrive') {
            if (bulkhead.tryAcquire()) running += 1;
            else {
              const place = bulkhead.enqueue();
              expect(place === undefined).toBe(waiting.length >= queue);
              if (place !== undefined) {
                waiting.push({ id, place });
                void place.admitted.then(() => admitted.push(id));
              }
            }
          } else if (one.type === 'finish' && running > 0) {
            running -= 1;
            bulkhead.release();
          } else if (one.type === 'leave') {
            const [gone] = waiting.splice(one.which % Math.max(1, waiting.length), 1);
            if (gone !== undefined) expect(gone.place.leave()).toBe(true);
          } else if (one.type === 'limit') {
            mayRun = one.limit;
            bulkhead.setLimit(one.limit);
          }
          // The model: whoever came first goes in as soon as there is room.
          const before = running;
          const due: number[] = [];
          while (running < mayRun && waiting.length > 0) {
            due.push(waiting.shift()?.id ?? Number.NaN);
            running += 1;
          }
          admitted.length = 0;
          await settle();
          expect(admitted).toEqual(due);
          expect([bulkhead.active, bulkhead.queued]).toEqual([running, waiting.length]);
          expect(running).toBeLessThanOrEqual(Math.max(mayRun, before));
        }
      }),
      { numRuns: 60 },
    );
  });
});
