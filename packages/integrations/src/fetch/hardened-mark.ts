/** Known to every copy of the package. */
const HARDENED = Symbol.for('crossbridge.hardened.v1');

/** Notes on a function that it puts what it sends under policies. */
export function markHardened<F extends object>(fn: F): F {
  return Object.defineProperty(fn, HARDENED, { value: true });
}

/** Whether a function puts what it sends under policies already. */
export function isHardened(fn: object): boolean {
  return HARDENED in fn;
}
