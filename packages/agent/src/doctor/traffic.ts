import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { TrafficFacts } from './facts.ts';
import { hostOf } from './host-of.ts';

/** Counts requests by host, as Node.js tells of them. It does not touch them. */
export class Traffic {
  readonly #isInAttempt: () => boolean;
  readonly #counts = new Map<string, { requests: number; hardened: number }>();

  /** @param isInAttempt whether what runs now belongs to a call under policies */
  constructor(isInAttempt: () => boolean) {
    this.#isInAttempt = isInAttempt;
    subscribe('undici:request:create', (message) => {
      const { request } = message as { readonly request: { readonly origin?: unknown } };
      this.#count('fetch', hostOf(String(request.origin)));
    });
    subscribe('http.client.request.start', (message) => {
      const { request } = message as { readonly request: ClientRequest };
      this.#count('node:http', request.getHeader('host') as string | undefined);
    });
  }

  get facts(): readonly TrafficFacts[] {
    return [...this.#counts].map(([key, counts]) => {
      const [via, host] = key.split(' ') as [TrafficFacts['via'], string];
      return { host, via, ...counts };
    });
  }

  #count(via: TrafficFacts['via'], host: string | undefined): void {
    if (host === undefined) return;
    const key = `${via} ${host}`;
    const counts = this.#counts.get(key) ?? { requests: 0, hardened: 0 };
    this.#counts.set(key, counts);
    counts.requests += 1;
    if (this.#isInAttempt()) counts.hardened += 1;
  }
}
