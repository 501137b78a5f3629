import { once } from 'node:events';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Ports of the loopback interface that nobody listens on. They are free now, and nobody promises for how long. */
export async function freePorts(count: number): Promise<number[]> {
  // All are held until the last is known, so that they differ.
  const servers = await Promise.all(Array.from({ length: count }, () => listening(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Whether somebody listens on that port already, or it may not be listened on. */
export async function isTaken(port: number): Promise<boolean> {
  try {
    const server = await listening(port);
    await once(server.close(), 'close');
    return false;
  } catch {
    return true;
  }
}

async function listening(port: number): Promise<ReturnType<typeof createServer>> {
  const server = createServer().listen(port, HOST);
  await once(server, 'listening');
  return server;
}
