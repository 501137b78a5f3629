import { EventEmitter } from 'node:events';
import type { MysqlCallback, MysqlCommand } from './driver.ts';

/** The callback among the arguments of `query` and `execute`, which have values before it or not. */
export function callbackOf(args: readonly unknown[]): MysqlCallback | undefined {
  return [args[1], args[2]].find((value) => typeof value === 'function') as MysqlCallback | undefined;
}

/**
 * Asks, and gives a callback what comes of it.
 *
 * @param ask is to tell of the command of mysql2 as soon as there is one
 * @param stand stands for the command while there is none; told of the end like one. Default: a plain emitter
 * @returns the command, if there is one at once: applications listen to it and look at its text
 */
export function callBack(
  ask: (onCommand: (command: MysqlCommand) => void) => Promise<[unknown, unknown]>,
  done: MysqlCallback,
  stand: () => MysqlCommand | undefined = () => undefined,
): MysqlCommand {
  let first: MysqlCommand | undefined;
  const asked = ask((command) => {
    first ??= command;
  });
  const command = first ?? stand() ?? new EventEmitter();
  const isStand = first === undefined;
  const finish = (error: Error | null, rows?: unknown, fields?: unknown): void => {
    if (isStand && fields !== undefined) command.emit('fields', fields);
    if (error === null) done(null, rows, fields);
    else done(error);
    if (isStand) command.emit('end');
  };
  // In a turn of its own, so that what it throws is nobody's failure but its own; and before the next statement is asked.
  asked.then(
    ([rows, fields]) => queueMicrotask(() => finish(null, rows, fields)),
    (error: Error) => queueMicrotask(() => finish(error)),
  );
  return command;
}
