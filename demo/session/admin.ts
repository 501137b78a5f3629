import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parsePrometheusText } from '../metrics/parse.ts';
import { Snapshot } from '../metrics/snapshot.ts';

const ADMIN_HOST = '127.0.0.1';
const USUAL_PORT = 9_464;
const READ_TIMEOUT_MS = 5_000;
const START_TIMEOUT_MS = 10_000;

/** The admin port: the usual one, or when something else listens there, one that is free right now. */
export async function chooseAdminPort(): Promise<{ readonly port: number; readonly isUsual: boolean }> {
  try {
    return { port: await freePort(USUAL_PORT), isUsual: true };
  } catch {
    return { port: await freePort(0), isUsual: false };
  }
}

async function freePort(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADMIN_HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}

/** Base URL of the admin endpoint. */
export function adminUrl(port: number): string {
  return `http://${ADMIN_HOST}:${port}`;
}

/** Waits until the admin endpoint listens: it holds no service up, so it may come a moment after it. Rejects after ten seconds. */
export async function untilAdminListens(adminBase: string): Promise<void> {
  for (const deadlineMs = performance.now() + START_TIMEOUT_MS; ; await sleep(20)) {
    try {
      await get(`${adminBase}/livez`);
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
  }
}

/** Reads `/metrics`. Rejects when it does not answer with 200 within five seconds, or not in Prometheus text. */
export async function readMetrics(adminBase: string): Promise<Snapshot> {
  const text = await get(`${adminBase}/metrics`, { accept: 'text/plain;version=0.0.4' });
  return new Snapshot(parsePrometheusText(await text.text()).samples);
}

/** Reads a JSON endpoint. Rejects likewise. */
export async function readJson<T>(url: string): Promise<T> {
  return (await (await get(url)).json()) as T;
}

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(READ_TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw new Error(`${url} does not answer`, { cause: error });
    },
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}
