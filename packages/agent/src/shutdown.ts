import { reportOnce } from './report.ts';

/** How long the last export may take when the process is told to stop: Kubernetes gives it 30 s before it kills. */
const FLUSH_LIMIT_MS = 5_000;

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
 */
export function flushAtExit(telemetry: Flushable): Shutdown {
  let stopping = false;
  for (const signal of SIGNALS) {
    const onSignal = async (): Promise<void> => {
      const first = !stopping;
      stopping = true;
      if (process.listenerCount(signal) > 1) {
        await bounded(telemetry.flush());
        return;
      }
      // A second signal while the export runs means: now.
      if (first) await bounded(telemetry.shutdown());
      process.removeListener(signal, listener);
      process.kill(process.pid, signal);
    };
    const listener = (): void => void onSignal();
    process.on(signal, listener);
  }
  // The event loop is empty: the application has ended by itself. The export keeps it alive for as long as it takes.
  process.once('beforeExit', () => void bounded(telemetry.shutdown()));
  return { stopping: () => stopping };
}

/** Waits for the export, but not for ever. Never rejects: a lost export must not change how the process ends. */
async function bounded(flush: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_LIMIT_MS);
  });
  const done = flush.catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    reportOnce('flush', `the last telemetry could not be exported: ${why}`);
  });
  await Promise.race([done, limit]);
  clearTimeout(timer);
}
