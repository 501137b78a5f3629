import { messageOf, reportOnce } from '../report.ts';

/**
 * Waits for an export, but not for ever; tells whether it ended. Never rejects: a lost export must not change how the process ends.
 */
export async function bounded(flush: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const done = flush.then(
    () => true,
    (error: unknown) => {
      const why = messageOf(error);
      reportOnce('flush', `the last telemetry could not be exported: ${why}`);
      return true;
    },
  );
  const ended = await Promise.race([done, limit]);
  clearTimeout(timer);
  return ended;
}
