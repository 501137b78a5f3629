import { connect, type Socket } from 'node:net';

/** A TCP connection that sends what it is told, and keeps what comes. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the connection has ended, however. */
  readonly closed: Promise<void>;
  #received = '';

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('error', () => {});
    this.socket.setEncoding('latin1').on('data', (text) => {
      this.#received += text;
    });
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  get received(): string {
    return this.#received;
  }
}

/** Sends text and gives all that came until the other side closed the connection. */
export async function exchange(port: number, text: string): Promise<string> {
  const connection = new RawConnection(port);
  connection.socket.write(text);
  await connection.closed;
  return connection.received;
}

/** The status codes of the answers in a text, in order. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
