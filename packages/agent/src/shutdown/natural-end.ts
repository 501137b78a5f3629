import { bounded } from './bounded.ts';

/** How long the last export may take when the application has ended by itself: nobody waits for a script because a collector is down. */
const EXIT_LIMIT_MS = 2_000;

/** Exit code of Node.js for a module that still awaits something that nothing will settle. */
const UNSETTLED_TOP_LEVEL_AWAIT = 13;

/** Exports once the application has nothing left to do, and does not hold the process up for longer than two seconds. */
export function exportAtNaturalEnd(shutdown: () => Promise<void>): void {
  process.once('beforeExit', () => {
    if (process.listenerCount('beforeExit') === 0) return void lastExport(shutdown);
    // Others are told now, too, and may have work of theirs to do first; the event comes again when that is done.
    setImmediate(() => {
      if (process.getActiveResourcesInfo().length > 0) exportAtNaturalEnd(shutdown);
      else void lastExport(shutdown);
    });
  });
}

async function lastExport(shutdown: () => Promise<void>): Promise<void> {
  if (await bounded(shutdown(), EXIT_LIMIT_MS)) return;
  // What the exporter still waits for would hold the process up for longer.
  process.exit(process.exitCode ?? (awaitsForEver() ? UNSETTLED_TOP_LEVEL_AWAIT : 0));
}

/** While the entry module is being evaluated Node.js has this listener, which `process.exit()` takes away unheard. */
function awaitsForEver(): boolean {
  return process.listeners('exit').some(({ name }) => name === 'handleProcessExit');
}
