/** Failures of a database, as drivers give them. */
export const failures = {
  /** Nothing was sent. */
  unreachable: (): Error => Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  /** The server took everything back. */
  deadlock: (): Error => Object.assign(new Error('deadlock detected'), { code: '40P01', severity: 'ERROR' }),
  mysqlDeadlock: (): Error =>
    Object.assign(new Error('Deadlock found'), { code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' }),
  /** The answer was lost. */
  reset: (): Error => Object.assign(new Error('read'), { code: 'ECONNRESET' }),
  /** It will fail the same way. */
  duplicate: (): Error => Object.assign(new Error('duplicate key'), { code: '23505', severity: 'ERROR' }),
  /** Says in its text what its structure does not. */
  words: (): Error => new Error('connection timeout: deadlock, could not serialize'),
} as const;
