import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../report.ts';
import type { Environment } from '../../../sdk/env.ts';
import { type Endpoint, headersOf } from './endpoints.ts';

const LIMIT_MS = 2_000;
const PORT_TRIES = 4;

/** What came of trying: what was answered, or why nothing was. */
export type Reached = { readonly status: number } | { readonly connected: true } | { readonly failure: string };

/** Sends an export that is empty, which every collector takes; by gRPC it only connects. At most two seconds. */
export async function reach({ url, protocol, signal }: Endpoint, env: Environment): Promise<Reached> {
  try {
    if (protocol === 'grpc') return await connectTo(new URL(url));
    const [type, body] =
      protocol === 'http/json' ? ['application/json', '{}'] : ['application/x-protobuf', new Uint8Array()];
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { ...headersOf(signal, env), 'content-type': type },
      body,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return { status };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

async function connectTo({ protocol, hostname, port }: URL): Promise<Reached> {
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) });
    return { connected: true };
  } finally {
    socket.destroy();
  }
}

function reasonOf(error: unknown): string {
  const { name, code, cause } = error as {
    name?: string;
    code?: unknown;
    cause?: { code?: unknown; message?: string };
  };
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${LIMIT_MS / 1_000} s`;
  const known = cause?.code ?? code;
  return typeof known === 'string' ? known : (cause?.message ?? messageOf(error));
}

/** Why a port cannot be listened on: `EADDRINUSE`, say. Undefined when it can. */
export async function portProblem(host: string, port: number): Promise<string | undefined> {
  let problem = await listenProblem(host, port);
  // The connection of somebody else can have it for a moment.
  for (let again = 0; problem !== undefined && again < PORT_TRIES; again += 1) {
    await sleep(LIMIT_MS / PORT_TRIES);
    problem = await listenProblem(host, port);
  }
  return problem;
}

async function listenProblem(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    server.close();
  }
}
