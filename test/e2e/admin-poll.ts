import { setTimeout as sleep } from 'node:timers/promises';

export interface Seen {
  readonly atMs: number;
  /** 0 when nobody answered. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks a path every 50 ms, each time anew, until told to stop; gives all that was answered. */
export function poll(url: string): { readonly seen: Seen[]; stop(): Promise<Seen[]> } {
  const seen: Seen[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(2_000), headers: { connection: 'close' } });
        const body = (await response.json()) as Seen['body'];
        seen.push({ atMs: performance.now(), status: response.status, body });
      } catch {
        seen.push({ atMs: performance.now(), status: 0, body: {} });
      }
      await sleep(50);
    }
  })();
  return {
    seen,
    async stop() {
      stopped = true;
      await running;
      return seen;
    },
  };
}

export function statuses(seen: readonly Seen[]): number[] {
  return [...new Set(seen.map(({ status }) => status))];
}
