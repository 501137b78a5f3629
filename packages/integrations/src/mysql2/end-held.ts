import { EventEmitter } from 'node:events';
import type { ConnectionState } from './connection-state.ts';

/** Ends a connection once what was asked before has ended. Stands for the command that will do it. */
export function endHeld(state: ConnectionState, end: () => unknown): EventEmitter {
  const stand = new EventEmitter();
  void state.queue.run(async () => {
    const command = state.ask(end);
    if (command instanceof EventEmitter) command.once('end', () => stand.emit('end'));
  });
  return stand;
}
