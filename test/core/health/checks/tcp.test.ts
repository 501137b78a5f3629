import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TcpHealthCheck } from '../../../../packages/core/src/health/checks/tcp.ts';

let server: Server | undefined;
const sockets: Socket[] = [];

async function listen(): Promise<number> {
  server = createServer((socket) => sockets.push(socket.on('error', () => {}).resume()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
  server = undefined;
});

describe('TcpHealthCheck', () => {
  it('is healthy when something listens, and hangs up at once', async () => {
    const port = await listen();
    const connection = once(server as Server, 'connection') as Promise<[Socket]>;
    expect(await new TcpHealthCheck('db', { host: '127.0.0.1', port }).check()).toMatchObject({
      status: 'healthy',
      message: 'Connected',
      details: { host: '127.0.0.1', port },
    });
    const [socket] = await connection;
    await once(socket, 'close');
  });

  it('is unhealthy when nothing listens, and says why', async () => {
    const port = await listen();
    server?.close();
    await once(server as Server, 'close');
    const { status, message } = await new TcpHealthCheck('db', { host: '127.0.0.1', port }).check();
    expect(status).toBe('unhealthy');
    expect(message).toContain('ECONNREFUSED');
  });

  it('tells a name that is refused at every address', async () => {
    const port = await listen();
    server?.close();
    await once(server as Server, 'close');
    expect((await new TcpHealthCheck('db', { host: 'localhost', port }).check()).message).toContain('ECONNREFUSED');
  });

  it('ends with the signal and leaves no socket behind', async () => {
    const port = await listen();
    await vi.waitFor(() => expect(openSockets()).toBe(0));
    const controller = new AbortController();
    const running = new TcpHealthCheck('db', { host: '127.0.0.1', port }).check({ signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    expect(await running).toMatchObject({ status: 'unhealthy', message: 'Check failed: Error: no longer wanted' });
    await vi.waitFor(() => expect(openSockets()).toBe(0));
  });

  it('leaves no listener on the signal', async () => {
    const port = await listen();
    const { signal } = new AbortController();
    await new TcpHealthCheck('db', { host: '127.0.0.1', port }).check({ signal });
    await vi.waitFor(() => expect(getEventListeners(signal, 'abort')).toEqual([]));
  });

  it('connects to nothing when the signal has fired before', async () => {
    const port = await listen();
    let connections = 0;
    server?.on('connection', () => {
      connections += 1;
    });
    const check = new TcpHealthCheck('db', { host: '127.0.0.1', port });
    expect((await check.check({ signal: AbortSignal.abort(new Error('too late')) })).message).toContain('too late');
    expect((await check.check()).healthy).toBe(true);
    expect(connections).toBe(1);
  });

  it('refuses an address that is none', () => {
    expect(() => new TcpHealthCheck('db', { host: '', port: 1 })).toThrow('needs a host and a port');
    expect(() => new TcpHealthCheck('db', { host: 'db', port: 70_000 })).toThrow('got db and 70000');
  });
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
