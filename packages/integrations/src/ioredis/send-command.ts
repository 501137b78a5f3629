import { type Authority, authorityOver, type Bridge, type RunOptions } from '@crossbridge/core';
import { type CommandKind, kindOf } from '../redis/commands.ts';
import { Attempts, pass } from './attempt.ts';
import { isOfCluster, markOfCluster, sendToNode } from './cluster-node.ts';
import type { IORedisCommand, IORedisDriver, Send } from './driver.ts';
import { type GovernedClient, governed, governedBefore } from './governed-client.ts';

/** Under which policies commands are sent. */
export interface CommandRules {
  readonly bridge: Bridge;
  /** The operation whose calls they are; undefined while there is none, so that all pass untouched. Asked for each command. */
  operation(): string | undefined;
  runOptions(kind: CommandKind, authority: Authority): RunOptions;
}

/** `sendCommand` of a client, for one server or for a Cluster. `send` is what it was before. */
export function sendCommand(
  client: IORedisDriver,
  rules: CommandRules,
  send: Send,
  command: IORedisCommand,
  where: readonly unknown[],
): Promise<unknown> {
  if (client.isCluster !== true && isOfCluster(command)) return sendToNode(client, send, command, where);
  const before = governedBefore(client);
  if (before?.wire.knows(command) === true) return before.wire.sendAgain(send, command, where);
  const operation = rules.operation();
  const authority = operation === undefined ? 'none' : authorityOver(operation, 'redis');
  if (operation === undefined || authority === 'none') return send(command, where);
  const state = before ?? governed(client);
  const name = command.name.toUpperCase();
  const kind = command.isReadOnly === true ? 'read' : kindOf(name, command.args);
  const surroundings = state.watch.follow(name);
  if (where[0] !== undefined || surroundings === 'transaction') {
    return inTurn(state, command, () => passOn(client, state, send, command, where));
  }
  if (kind === 'session' || (state.connecting && name === 'INFO')) {
    const sendAsIs = (): Promise<unknown> => send(command, where);
    return state.connecting ? sendAsIs() : inTurn(state, command, sendAsIs);
  }
  const options = rules.runOptions(kind, authority);
  const maxAttempts = surroundings === 'watching' ? 1 : options.maxAttempts;
  return call(client, state, send, command, (run) => rules.bridge.run(operation, run, { ...options, maxAttempts }));
}

type Run = (attempt: (context: { readonly signal: AbortSignal }) => Promise<unknown>) => Promise<unknown>;

/** The command settles as ioredis would have settled it: with its own conversion of the reply, and its own callback. */
function call(
  client: IORedisDriver,
  state: GovernedClient,
  send: Send,
  command: IORedisCommand,
  run: Run,
): Promise<unknown> {
  const { resolve, reject } = command;
  const attempts = new Attempts(client, state.wire, send, command);
  const leave = state.line.enter();
  if (client.isCluster === true) markOfCluster(command);
  run(({ signal }) => {
    const answer = attempts.run(signal);
    leave();
    return answer;
  }).then(
    (reply) => resolve.call(command, reply),
    (error: Error) => {
      leave();
      reject.call(command, error);
    },
  );
  return command.promise;
}

/** Of what a Cluster sends, its servers see to it that it is not sent twice. */
function passOn(
  client: IORedisDriver,
  state: GovernedClient,
  send: Send,
  command: IORedisCommand,
  where: readonly unknown[],
): Promise<unknown> {
  if (client.isCluster !== true) return pass(state.wire, send, command, where);
  markOfCluster(command);
  return send(command, where);
}

function inTurn(state: GovernedClient, command: IORedisCommand, send: () => Promise<unknown>): Promise<unknown> {
  state.line.follow(() => void send().catch(() => {}));
  return command.promise;
}
