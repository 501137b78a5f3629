import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { PgDriverClient } from './driver.ts';

const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;
/** What has not arrived by then is of no use: the connection it is about is being closed anyway. */
const TIMEOUT_MS = 5_000;

/**
 * Asks the server to end what the client is waiting for, over a connection of its own, as psql does on Ctrl-C. Nothing comes of it when the
 * server has just finished. Over TLS where the client uses TLS, since the request holds a secret.
 *
 * Resolves when the server has acted on it, or never will: what is asked on that connection before may be ended by it, too.
 */
export async function cancelRunning(client: PgDriverClient): Promise<void> {
  const { processID, secretKey, host, port, ssl } = client;
  if (typeof processID !== 'number' || typeof secretKey !== 'number' || host === undefined || port === undefined) {
    return;
  }
  const socket = host.startsWith('/') ? connectTcp(`${host}/.s.PGSQL.${port}`) : connectTcp(port, host);
  const end = (): void => {
    socket.destroy();
  };
  socket.setTimeout(TIMEOUT_MS, end);
  socket.unref();
  socket.on('error', end);
  const request = message(CANCEL_REQUEST, processID, secretKey);
  socket.once('connect', () => {
    if (ssl === undefined || ssl === false) socket.end(request);
    else overTls(socket, host, ssl, request);
  });
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}

function overTls(socket: Socket, host: string, ssl: unknown, request: Buffer): void {
  socket.write(message(SSL_REQUEST));
  socket.once('data', (answer) => {
    if (answer.toString('latin1') !== 'S') {
      socket.destroy();
      return;
    }
    const options: ConnectionOptions = typeof ssl === 'object' && ssl !== null ? ssl : {};
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const secure = connectTls({ ...servername, ...options, socket });
    secure.on('error', () => socket.destroy());
    secure.once('secureConnect', () => secure.end(request));
  });
}

/** A message without a type, as they are sent before the protocol begins: its length, then numbers. */
function message(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + 4 * numbers.length);
  [buffer.length, ...numbers].forEach((number, index) => {
    buffer.writeInt32BE(number | 0, 4 * index);
  });
  return buffer;
}
