/** The same in every copy of the package: the agent may bring one of its own. */
const HARDENED = Symbol.for('crossbridge.hardened.v1');

/** Marks a client that was hardened by hand: what is done for all clients leaves it alone. */
export function markHardened(client: object): void {
  Object.defineProperty(client, HARDENED, { value: true });
}

export function isHardened(client: object): boolean {
  return Object.hasOwn(client, HARDENED);
}
