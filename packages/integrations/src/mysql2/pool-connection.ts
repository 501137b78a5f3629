/** Whether it is a pool that made the connection. */
export function isOfPool(connection: object): boolean {
  return Object.hasOwn(connection, '_pool');
}
