import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ModelCall } from '../../packages/integrations/src/model-call/model-call.ts';

/** Keeps what is told of calls of models while the action runs, and returns it when all has been told. */
export async function modelCallsOf(action: () => Promise<unknown>): Promise<ModelCall[]> {
  const told: ModelCall[] = [];
  const listen = (fact: unknown): void => void told.push(fact as ModelCall);
  subscribe('crossbridge:model.call', listen);
  try {
    await action();
  } finally {
    unsubscribe('crossbridge:model.call', listen);
  }
  return told;
}
