import { reportOnce } from './report.ts';

/** How long the last export may take when the process is told to stop: Kubernetes gives it 30 s before it kills. */
const SIGNAL_LIMIT_MS = 5_000;
/** The same when the application has ended by itself: nobody waits for a script because a collector is down. */
const EXIT_LIMIT_MS = 2_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface Shutdown {
  /** Whether the process has been told to stop. */
  readonly stopping: () => boolean;
}

export interface Flushable {
  /** Exports what is queued and goes on. */
  flush(): Promise<void>;
  /** Exports what is queued and stops. */
  shutdown(): Promise<void>;
}

/**
 * Exports what is queued before the process ends and leaves the way it ends as it was: when nobody else listens to the signal,
 * it is raised again, so that the exit status is the one it would have been (143 for SIGTERM). An application with a listener of
 * its own decides itself when to end, and what it does until then is still recorded.
 *
 * Signals belong to the process, so only its main thread listens to them; a worker exports when it ends by itself.
 */
export function flushAtExit(telemetry: Flushable, isMainThread: boolean): Shutdown {
  let stopping = false;
  const onSignal = async (signal: NodeJS.Signals, alone: boolean, again: () => void): Promise<void> => {
    const first = !stopping;
    stopping = true;
    if (!alone) {
      await bounded(telemetry.flush(), SIGNAL_LIMIT_MS);
      return;
    }
    // A second signal while the export runs means: now.
    if (first) await bounded(telemetry.shutdown(), SIGNAL_LIMIT_MS);
    again();
    process.kill(process.pid, signal);
  };
  if (isMainThread) for (const signal of SIGNALS) listenFirst(signal, onSignal);
  // The event loop is empty: the application has ended by itself. The export keeps it alive for as long as it takes.
  process.once('beforeExit', async () => {
    const done = await bounded(telemetry.shutdown(), EXIT_LIMIT_MS);
    // What the exporter still waits for would hold the process up for longer; others may have given it work again.
    if (!done && process.listenerCount('beforeExit') === 0) process.exit();
  });
  return { stopping: () => stopping };
}

/**
 * Listens to a signal before everybody else, whoever comes later: a listener that runs once and is gone must still be counted
 * among those that decide how the process ends.
 */
function listenFirst(
  signal: NodeJS.Signals,
  handle: (signal: NodeJS.Signals, alone: boolean, remove: () => void) => Promise<void>,
): void {
  const remove = (): void => {
    process.removeListener(signal, listener);
    process.removeListener('newListener', onNewListener);
  };
  const listener = (): void => void handle(signal, process.listenerCount(signal) === 1, remove);
  const onNewListener = (event: string | symbol, added: unknown): void => {
    if (event !== signal || added === listener) return;
    process.nextTick(() => {
      if (!process.listeners(signal).includes(listener)) return;
      process.removeListener(signal, listener);
      process.prependListener(signal, listener);
    });
  };
  process.on(signal, listener);
  process.on('newListener', onNewListener);
}

/**
 * Waits for the export, but not for ever; tells whether it ended. Never rejects: a lost export must not change how the process
 * ends.
 */
async function bounded(flush: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const done = flush.then(
    () => true,
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      reportOnce('flush', `the last telemetry could not be exported: ${why}`);
      return true;
    },
  );
  const ended = await Promise.race([done, limit]);
  clearTimeout(timer);
  return ended;
}
