import { connect, type Socket } from 'node:net';
import { InvalidArgumentError } from '../../errors.ts';
import { type CheckContext, HealthCheck, unlimited } from '../check.ts';
import { HealthResult } from '../result.ts';
import { isPort, type TcpAddress } from './tcp-address.ts';

/** Opens a TCP connection, and closes it at once. Shows that something listens, not that it can work. */
export class TcpHealthCheck extends HealthCheck {
  readonly #address: TcpAddress;

  /** @throws InvalidArgumentError for an address that cannot be connected to */
  constructor(name: string, { host, port }: TcpAddress) {
    super(name);
    if (typeof host !== 'string' || host === '' || !isPort(port)) {
      throw new InvalidArgumentError(
        `The health check '${name}' needs a host and a port from 1 to 65535, got ${String(host)} and ${String(port)}`,
      );
    }
    this.#address = { host, port };
  }

  override check({ signal }: CheckContext = unlimited()): Promise<HealthResult> {
    return this.measure(async () => {
      await reach(this.#address, signal);
      return new HealthResult({ status: 'healthy', message: 'Connected', details: { ...this.#address } });
    });
  }
}

async function reach(address: TcpAddress, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = connect(address);
  try {
    await connected(socket, signal);
  } finally {
    socket.destroy();
  }
}

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.once('connect', resolve);
    // Stays for the life of the socket: a reset after all is decided must not end the process.
    socket.on('error', reject);
  });
}
