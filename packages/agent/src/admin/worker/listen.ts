import type { Server } from 'node:http';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

export interface Listening {
  readonly onListening: (port: number) => void;
  /** Told each time that it cannot listen. It tries again by itself: the one that has the port may go. */
  readonly onUnavailable: (error: NodeJS.ErrnoException) => void;
}

/** Lets the server listen, as soon as it can. */
export function listen(server: Server, where: { readonly host: string; readonly port: number }, tell: Listening): void {
  let retryMs = FIRST_RETRY_MS;
  // Workers of a cluster would share the port, and each scrape would ask another one.
  const attempt = (): void => void server.listen({ ...where, exclusive: true });
  server.on('listening', () => {
    retryMs = FIRST_RETRY_MS;
    const address = server.address();
    if (typeof address === 'object' && address !== null) tell.onListening(address.port);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    tell.onUnavailable(error);
    if (server.listening) return;
    setTimeout(attempt, retryMs);
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
  });
  attempt();
}
