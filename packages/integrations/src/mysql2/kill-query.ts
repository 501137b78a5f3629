import type { MysqlConnection } from './driver.ts';

type ConnectionClass = new (options: object) => MysqlConnection;

/**
 * Asks the server to end what the connection waits for, over a connection of its own. Nobody waits for it, and nothing comes of it when the
 * server has just finished.
 */
export function killQuery(connection: MysqlConnection): void {
  const { threadId } = connection;
  const { config } = connection as unknown as { readonly config?: object };
  if (typeof threadId !== 'number' || config === undefined) return;
  // The class of a pool's connections is made from that of all connections.
  const Connection = Object.getPrototypeOf(connection.constructor) as ConnectionClass;
  const killer = new Connection({ config });
  killer.on('error', () => {});
  killer.query(`KILL QUERY ${threadId}`, undefined, () => killer.destroy());
}
