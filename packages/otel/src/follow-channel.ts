import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { reportFailure } from './failures.ts';

/**
 * Records what is told on a diagnostics channel of `@crossbridge/integrations`; the function returned ends it.
 *
 * @param what what is recorded, for messages
 */
export function followChannel<Fact>(name: string, what: string, record: (fact: Fact) => void): () => void {
  // What a subscriber throws would end the process.
  const listen = (fact: unknown): void => {
    try {
      record(fact as Fact);
    } catch (error) {
      reportFailure(`recording ${what}`, error);
    }
  };
  subscribe(name, listen);
  return () => void unsubscribe(name, listen);
}
