import type { Socket } from 'node:net';

/**
 * The connections of a server, and how many requests each has under way. One too many is let in all the same and takes the place of
 * another: were it refused, whoever holds all places with half a request could make a probe fail, and with it the process be restarted.
 */
export class Connections {
  readonly #most: number;
  /** The oldest first. */
  readonly #requests = new Map<Socket, number>();

  constructor(most: number) {
    this.#most = most;
  }

  add(socket: Socket): void {
    this.#requests.set(socket, 0);
    socket.on('close', () => this.#requests.delete(socket));
    if (this.#requests.size <= this.#most) return;
    const all = [...this.#requests].slice(0, -1);
    const [least] = all.find(([, requests]) => requests === 0) ?? all[0] ?? [];
    if (least === undefined) return;
    this.#requests.delete(least);
    least.destroy();
  }

  /** Counts one more request of the connection; returns how many it has under way. */
  begin(socket: Socket): number {
    const requests = (this.#requests.get(socket) ?? 0) + 1;
    if (this.#requests.has(socket)) this.#requests.set(socket, requests);
    return requests;
  }

  end(socket: Socket): void {
    const requests = this.#requests.get(socket);
    if (requests !== undefined) this.#requests.set(socket, requests - 1);
  }
}
