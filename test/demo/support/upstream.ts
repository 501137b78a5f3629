import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Schedule, Treatment } from '../../../demo/upstream/schedule.ts';
import { createUpstream } from '../../../demo/upstream/server.ts';

/** A schedule that gives every request the same treatment; without faults unless told otherwise. */
export function always(treatment: Partial<Treatment> = {}): Schedule {
  return { phases: [], treat: () => ({ fault: null, latencyMs: 0, retryAfterMs: 0, ...treatment }) };
}

/** A schedule that gives the first requests these treatments, one each, and then no faults. */
export function inTurn(...treatments: readonly Partial<Treatment>[]): Schedule {
  return {
    phases: [],
    treat: (_route, nth) => ({ fault: null, latencyMs: 0, retryAfterMs: 0, ...treatments[nth] }),
  };
}

export interface RunningUpstream {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** An upstream on a free port of loopback. */
export async function startUpstream(schedule: Schedule, now?: () => number): Promise<RunningUpstream> {
  const server: Server = createUpstream(now === undefined ? { schedule } : { schedule, now });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
