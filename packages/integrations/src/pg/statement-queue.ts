import { StatementQueue } from '../sql/statement-queue.ts';
import type { PgDriverClient } from './driver.ts';

const queues = new WeakMap<PgDriverClient, StatementQueue>();

/** One for each client, however many views of it there are. */
export function queueOf(client: PgDriverClient): StatementQueue {
  let queue = queues.get(client);
  if (queue === undefined) {
    queue = new StatementQueue();
    queues.set(client, queue);
  }
  return queue;
}
