import type { ShutdownConfig } from '@crossbridge/core/config';
import { report } from './report.ts';
import { bounded } from './shutdown/bounded.ts';
import type { CallsUnderWay } from './shutdown/calls-under-way.ts';
import { exportAtNaturalEnd } from './shutdown/natural-end.ts';
import { listenFirst } from './shutdown/signals.ts';

/** How long the last export may take when the process is told to stop: Kubernetes gives it 30 s before it kills. */
export const EXPORT_LIMIT_MS = 5_000;

/** How long it may take to give back what is shared: what is not given back in time lapses. */
const RELEASE_LIMIT_MS = 500;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface Flushable {
  /** Exports what is queued and goes on. */
  flush(): Promise<void>;
  /** Exports what is queued and stops. */
  shutdown(): Promise<void>;
}

export interface ShutdownOptions extends ShutdownConfig {
  readonly telemetry: Flushable;
  readonly isMainThread: boolean;
  /** Gives back what the process holds of what it shares with others, once nobody calls any more. */
  readonly release?: () => Promise<void>;
  readonly calls: Pick<CallsUnderWay, 'count' | 'drained'>;
  /** Called at once when the process is told to stop, before anything is waited for. */
  readonly onStop: () => void;
}

/**
 * Lets the process end well, and leaves the way it ends as it was. When nobody else listens to the signal, calls under way end and what
 * is queued is exported; then the signal is raised again, so that the exit status is the one it would have been (143 for SIGTERM). A
 * second signal means: now. An application with a listener of its own decides itself when to end, and what it does until then is still
 * recorded.
 *
 * Signals belong to the process, so only its main thread listens to them; a worker exports when it ends by itself.
 */
export function endWell(options: ShutdownOptions): void {
  const { telemetry, isMainThread, onStop, release } = options;
  let stopping = false;
  const onSignal = async (_signal: NodeJS.Signals, alone: boolean, raise: () => void): Promise<void> => {
    const first = !stopping;
    stopping = true;
    onStop();
    if (!alone) {
      await bounded(telemetry.flush(), EXPORT_LIMIT_MS);
      return;
    }
    if (first) await finish(options);
    raise();
  };
  if (isMainThread) for (const signal of SIGNALS) listenFirst(signal, onSignal);
  exportAtNaturalEnd(async () => {
    await release?.();
    await telemetry.shutdown();
  });
}

async function finish({ telemetry, calls, delayMs, drainLimitMs, release }: ShutdownOptions): Promise<void> {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (drainLimitMs > 0) await drain(calls, drainLimitMs);
  if (release !== undefined) await bounded(release(), RELEASE_LIMIT_MS);
  await bounded(telemetry.shutdown(), EXPORT_LIMIT_MS);
}

async function drain(calls: ShutdownOptions['calls'], limitMs: number): Promise<void> {
  if (calls.count > 0) {
    const underWay = `${calls.count} ${calls.count === 1 ? 'call' : 'calls'} under way`;
    report(`stopping: waiting up to ${limitMs / 1_000} s for ${underWay}; another signal ends the process at once`);
  }
  if (!(await calls.drained(limitMs))) report(`stopping: cutting off what is still under way (${calls.count})`);
}
