import { property } from './error-chain.ts';

const SQLSTATE = /^(?=.*[0-9])[0-9A-Z]{5}$/;

/** Error classes of Redis clients whose message is the reply of the server: ioredis, then node-redis. */
const REDIS_REPLIES: ReadonlySet<string> = new Set(['ReplyError', 'ErrorReply', 'SimpleError', 'BlobError']);

/**
 * The SQLSTATE of a database error. `code` alone is no proof (`P2024` is Prisma's and `E2BIG` the operating system's), so it counts
 * only beside what a PostgreSQL server sends with it; MySQL drivers have a field of their own.
 */
export function sqlstateOf(error: object): string | undefined {
  const own = property(error, 'sqlState');
  if (typeof own === 'string' && SQLSTATE.test(own)) return own;
  const code = property(error, 'code');
  if (typeof code !== 'string' || !SQLSTATE.test(code)) return undefined;
  const fromServer =
    typeof property(error, 'severity') === 'string' ||
    typeof property(error, 'routine') === 'string' ||
    property(error, 'name') === 'PostgresError';
  return fromServer ? code : undefined;
}

/** The number of a MySQL server error. Errors of the operating system have an `errno` too, but nothing that a server sends. */
export function errnoOf(error: object): number | undefined {
  const errno = property(error, 'errno');
  if (typeof errno !== 'number' || !Number.isInteger(errno)) return undefined;
  const code = property(error, 'code');
  const fromServer =
    typeof property(error, 'sqlState') === 'string' ||
    typeof property(error, 'sqlMessage') === 'string' ||
    (typeof code === 'string' && (code.startsWith('ER_') || code.startsWith('CR_')));
  return fromServer ? errno : undefined;
}

/** The labels that a MongoDB server or driver put on the error. */
export function labelsOf(error: object): readonly string[] {
  const labels = property(error, 'errorLabels');
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
}

/** The first word of a Redis error reply: the protocol's error code. */
export function replyOf(names: readonly string[], message: unknown): string | undefined {
  if (typeof message !== 'string' || !names.some((name) => REDIS_REPLIES.has(name))) return undefined;
  return /^-?([A-Z]+)(?: |$)/.exec(message)?.[1];
}
