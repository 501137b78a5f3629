/** The same in every copy of the package: the agent may bring one of its own. */
const OURS = Symbol.for('crossbridge.mysql2.ours.v1');

/** Marks a callback of ours: a pool may ask itself for a connection on its behalf, at any time and for whoever runs then. */
export function asOurs<Callback extends object>(callback: Callback): Callback {
  return Object.defineProperty(callback, OURS, { value: true });
}

export function isOurs(callback: object): boolean {
  return Object.hasOwn(callback, OURS);
}
