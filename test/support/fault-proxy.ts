import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens to the first message to the server that contains a text. */
export type Fault =
  /** The server gets it, the client never hears of it: the connection breaks. */
  | 'lose-reply'
  /** The server does not get it: the connection breaks. */
  | 'lose-request'
  /** The server gets it, and the client waits for ever. */
  | 'stall-reply'
  /** Nobody gets anything any more, not even that the other side has gone. */
  | 'stall-request';

/** Stands between a client and a server on this machine and breaks what it is told to. */
export interface FaultProxy {
  readonly port: number;
  /** Connections open at the moment. */
  readonly connections: number;
  /** Connections made so far. */
  readonly made: number;
  /** Messages to the server so far that contain the text. */
  seen(text: string): number;
  /** Breaks the next message that contains the text, or as many as `times` says. */
  on(text: string, fault: Fault, times?: number): void;
  /** Forgets what it was told and has not done. */
  calm(): void;
  /** Decides of each message anew; undefined is no fault. Until `calm`. */
  decide(fault: (message: string) => Fault | undefined): void;
  /** From now on what the server answers comes so many milliseconds late. */
  delay(ms: number): void;
  /** Breaks all connections at once. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startFaultProxy(serverPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  let planned: { readonly text: string; readonly fault: Fault; left: number }[] = [];
  let decide: ((message: string) => Fault | undefined) | undefined;
  let made = 0;
  let delayMs = 0;

  const faultOf = (message: string): Fault | undefined => {
    const plan = planned.find(({ text, left }) => left > 0 && message.includes(text));
    if (plan === undefined) return decide?.(message);
    plan.left -= 1;
    return plan.fault;
  };

  const server = createServer((client) => {
    made += 1;
    const upstream = connect(serverPort, '127.0.0.1');
    let deaf = false;
    let mute = false;
    const breakOff = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        // Where the network has fallen apart, neither side hears that the other has gone.
        if (mute) return;
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      const message = chunk.toString('latin1');
      heard.push(message);
      const fault = faultOf(message);
      if (fault === 'lose-request') {
        breakOff();
        return;
      }
      if (fault === 'stall-request') mute = true;
      if (fault === 'stall-reply') deaf = true;
      if (mute) return;
      if (fault === 'lose-reply') {
        // The first word of the server shows that it has done what it was asked for.
        upstream.removeAllListeners('data');
        upstream.once('data', breakOff);
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (deaf || mute) return;
      if (delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), delayMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size / 2;
    },
    get made() {
      return made;
    },
    seen: (text) => heard.filter((message) => message.includes(text)).length,
    on(text, fault, times = 1) {
      planned.push({ text, fault, left: times });
    },
    calm() {
      planned = [];
      decide = undefined;
    },
    decide(fault) {
      decide = fault;
    },
    delay(ms) {
      delayMs = ms;
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
