import { methodOf } from './method.ts';

/** Lists the models of a client that can; undefined for one that cannot. A page is fetched, and nothing is billed for it. */
export function modelList(client: object, signal: AbortSignal): (() => Promise<unknown>) | undefined {
  if (listOf(client) === undefined) return undefined;
  return async () => listOf(asProbe(client, signal))?.();
}

function listOf(client: object): ((...args: unknown[]) => unknown) | undefined {
  const models: unknown = (client as { models?: unknown }).models;
  return typeof models === 'object' && models !== null ? methodOf(models, ['list']) : undefined;
}

/**
 * The SDKs of OpenAI and Anthropic repeat a failed request twice and wait ten minutes for an answer: a probe should do neither. `list`
 * takes its options at another place in each of them, so they are set on a copy of the client.
 */
function asProbe(client: object, signal: AbortSignal): object {
  const own: unknown = (client as { fetchOptions?: unknown }).fetchOptions;
  // The copy would lose them, and with them a proxy.
  const kept = typeof own === 'object' ? own : {};
  const copy = methodOf(client, ['withOptions'])?.({ maxRetries: 0, fetchOptions: { ...kept, signal } });
  return typeof copy === 'object' && copy !== null && listOf(copy) !== undefined ? copy : client;
}
