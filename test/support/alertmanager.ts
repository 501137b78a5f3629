import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverPath } from './servers.ts';
import { freePorts, startProcess, temporaryDirectory, waitFor } from './servers-process.ts';

/** The committed configuration. */
export const ALERTMANAGER_CONFIG: string = fileURLToPath(new URL('../../collector/alertmanager.yml', import.meta.url));

/** One alert of one message. */
export interface Notification {
  /** The path of the webhook: who hears of it. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of this process' clock. */
  readonly atMs: number;
}

export interface Alertmanager {
  /** `host:port`, as Prometheus asks for it. */
  readonly address: string;
  /** What the receivers have heard so far, oldest first. */
  readonly notifications: readonly Notification[];
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts a real Alertmanager with the committed configuration, in which every duration passes `faster` times as fast and every
 * webhook is one of the test.
 */
export async function startAlertmanager(faster: number): Promise<Alertmanager> {
  const notifications: Notification[] = [];
  const webhook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { alerts } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      alerts: Pick<Notification, 'status' | 'labels' | 'annotations'>[];
    };
    const receiver = (request.url ?? '').slice(1);
    for (const { status, labels, annotations } of alerts) {
      notifications.push({ receiver, status, labels, annotations, atMs: performance.now() });
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const directory = temporaryDirectory('alertmanager');
  const config = join(directory.path, 'alertmanager.yml');
  writeFileSync(config, scaledConfig(faster, (webhook.address() as AddressInfo).port));
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const server = startProcess(serverPath('alertmanager'), [
    `--config.file=${config}`,
    `--storage.path=${join(directory.path, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
  const stop = async (): Promise<void> => {
    await server.stop();
    webhook.closeAllConnections();
    webhook.close();
    directory.remove();
  };
  try {
    await waitFor(async () => ((await fetch(`http://${address}/-/ready`)).ok ? true : undefined), {
      what: 'Alertmanager to be ready',
      crashed: server.crashed,
      log: server.log,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, notifications, log: server.log, stop };
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function scaledConfig(faster: number, port: number): string {
  return readFileSync(ALERTMANAGER_CONFIG, 'utf8')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, `http://127.0.0.1:${port}`)
    .replace(/(?<=_(?:wait|interval): )(\d+)([smh])/g, (_, amount: string, unit: string) => {
      return `${Math.max(1, Math.round((Number(amount) * (UNIT_MS[unit] ?? 0)) / faster))}ms`;
    });
}
