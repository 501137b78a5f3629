import { pass } from './attempt.ts';
import type { IORedisCommand, IORedisDriver, Send } from './driver.ts';
import { governedNode } from './governed-client.ts';
import { isHardened, markHardened } from './hardened-mark.ts';
import { isDropped } from './wire.ts';

/** Commands that a Cluster under policies sends, through whichever of its clients. */
const ofCluster = new WeakSet<IORedisCommand>();

export function markOfCluster(command: IORedisCommand): void {
  ofCluster.add(command);
}

export function isOfCluster(command: IORedisCommand): boolean {
  return ofCluster.has(command);
}

/**
 * Sends a command of a Cluster through the client of one of its servers. The policies are those of the Cluster, and its redirections go on;
 * but whatever may have been executed is not sent again by either of them, and what was given up not at all.
 */
export function sendToNode(
  node: IORedisDriver,
  send: Send,
  command: IORedisCommand,
  where: readonly unknown[],
): Promise<unknown> {
  if (isDropped(command)) return command.promise;
  const { wire } = governedNode(node);
  if (wire.knows(command)) return wire.sendAgain(send, command, where);
  // A server may be asked again by the Cluster, which is another matter.
  return pass(wire, send, command, where, () => wire.forget(command));
}

/** Does so for all servers of a Cluster, those to come included. */
export function followNodes(cluster: IORedisDriver): void {
  for (const node of cluster.nodes?.() ?? []) follow(node);
  cluster.on('+node', follow);
}

function follow(node: IORedisDriver): void {
  if (isHardened(node)) return;
  const original = node.sendCommand;
  const send: Send = (command, where) => original.call(node, command, ...where);
  const sendCommand = (command: IORedisCommand, ...where: unknown[]): Promise<unknown> =>
    isOfCluster(command) ? sendToNode(node, send, command, where) : send(command, where);
  Object.defineProperty(node, 'sendCommand', { value: sendCommand, configurable: true, writable: true });
  markHardened(node);
}
