import { constants } from 'node:os';

/** What to do when a signal comes. `alone`: nobody else listens, so the process would have ended of it. */
export type SignalHandler = (signal: NodeJS.Signals, alone: boolean, raise: () => void) => Promise<void>;

/**
 * Listens to a signal before everybody else, whoever comes later: a listener that runs once and is gone must still be counted
 * among those that decide how the process ends.
 */
export function listenFirst(signal: NodeJS.Signals, handle: SignalHandler): void {
  const remove = (): void => {
    process.removeListener(signal, listener);
    process.removeListener('newListener', onNewListener);
  };
  const raise = (): void => {
    remove();
    process.kill(process.pid, signal);
    // The first process of a container is spared by the signals that it does not handle; it was told to end all the same.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  };
  const listener = (): void => void handle(signal, process.listenerCount(signal) === 1, raise);
  const onNewListener = (event: string | symbol, added: unknown): void => {
    if (event !== signal || added === listener) return;
    process.nextTick(() => {
      if (!process.listeners(signal).includes(listener)) return;
      process.removeListener(signal, listener);
      process.prependListener(signal, listener);
    });
  };
  process.on(signal, listener);
  process.on('newListener', onNewListener);
}
