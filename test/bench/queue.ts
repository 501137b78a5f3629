/**
 * What it costs to let a queue of a bulkhead drain, per waiter, as the queue grows: 50,000 waiters beside 1,000. A ratio near 1 says that it
 * is linear. Run by `node --expose-gc test/bench/queue.ts`.
 */
import { Bulkhead } from '../../packages/core/src/bulkhead/bulkhead.ts';

const SHORT = 1_000;
const LONG = 50_000;
const ROUNDS = 15;

/** Nanoseconds per waiter from the first slot that becomes free: being handed it, going on, giving it back. */
async function drain(waiters: number): Promise<number> {
  const bulkhead = new Bulkhead({ limit: 1, queue: waiters });
  bulkhead.tryAcquire();
  let served = 0;
  const wait = async (): Promise<void> => {
    await bulkhead.enqueue()?.admitted;
    served += 1;
    bulkhead.release();
  };
  const all = Array.from({ length: waiters }, wait);
  // What piled up while they joined is not to be paid for while they drain.
  globalThis.gc?.();
  const startedAtMs = performance.now();
  bulkhead.release();
  await Promise.all(all);
  const tookMs = performance.now() - startedAtMs;
  if (served !== waiters || bulkhead.active !== 0) throw new Error(`Served ${served} of ${waiters} waiters`);
  return (tookMs * 1e6) / waiters;
}

/** Nanoseconds per waiter over as many waiters as the long queue has, so that both sizes do the same work. */
async function measure(waiters: number): Promise<number> {
  let total = 0;
  const repetitions = LONG / waiters;
  for (let repetition = 0; repetition < repetitions; repetition += 1) total += await drain(waiters);
  return total / repetitions;
}

await measure(SHORT);
await measure(LONG);
// Whatever else the machine does only adds time, so the best round is the nearest to the truth.
let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let round = 0; round < ROUNDS; round += 1) {
  short = Math.min(short, await measure(SHORT));
  long = Math.min(long, await measure(LONG));
}
console.log(
  `bulkhead queue: ${short.toFixed(0)} ns per waiter at ${SHORT}, ${long.toFixed(0)} ns at ${LONG}; ratio ${(long / short).toFixed(2)} (target: at most 1.5)`,
);
