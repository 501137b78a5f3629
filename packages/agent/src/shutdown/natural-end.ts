import { bounded } from './bounded.ts';
import { ReleasableWork } from './releasable.ts';

/** How long the last export may take when the application has ended by itself: nobody waits for a script because a collector is down. */
const EXIT_LIMIT_MS = 2_000;

/** By then the process has ended, unless something holds it that could not be released. */
const RELEASED_MS = 250;

/**
 * Exports once the application has nothing left to do, does not hold the process up for longer than two seconds, and leaves its exit
 * code to Node.js, which has more to say than `process.exit()` (13 for a top-level await that nothing will settle).
 */
export function exportAtNaturalEnd(shutdown: () => Promise<void>): void {
  process.prependOnceListener('beforeExit', () => {
    // What is listed now, pipes mostly, holds nothing: else the process would not be about to end.
    const idle = process.getActiveResourcesInfo().length;
    if (process.listenerCount('beforeExit') === 0) return void lastExport(shutdown);
    // Others are told next, and may have work of theirs to do first; the event comes again when that is done.
    setImmediate(() => {
      if (process.getActiveResourcesInfo().length > idle) exportAtNaturalEnd(shutdown);
      else void lastExport(shutdown);
    });
  });
}

async function lastExport(shutdown: () => Promise<void>): Promise<void> {
  const work = new ReleasableWork();
  if (await bounded(work.run(shutdown), EXIT_LIMIT_MS)) return;
  work.release();
  setTimeout(() => process.exit(), RELEASED_MS).unref();
}
