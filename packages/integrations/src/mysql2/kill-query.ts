import { runAsAttempt } from '@crossbridge/core';
import type { MysqlConnection, MysqlConnectionClass } from './driver.ts';
import { isOfPool } from './pool-connection.ts';

/**
 * Asks the server to end what runs on the connection, over a connection of its own. Nothing comes of it when the server has just finished.
 *
 * @returns when the server has heard of it, or will not
 */
export function killQuery(connection: MysqlConnection): Promise<void> {
  const { threadId, config } = connection;
  if (typeof threadId !== 'number' || config === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const killer = new (classOf(connection))({ config });
    killer.on('error', () => {});
    const end = (): void => {
      killer.destroy();
      resolve();
    };
    runAsAttempt('sql', () => killer.query(`KILL QUERY ${threadId}`, undefined, end));
  });
}

/** The class of a pool's connections is made from that of all connections. */
function classOf(connection: MysqlConnection): MysqlConnectionClass {
  const own = connection.constructor as unknown as MysqlConnectionClass;
  return isOfPool(connection) ? (Object.getPrototypeOf(own) as MysqlConnectionClass) : own;
}
