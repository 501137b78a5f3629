/** What a command of Redis means to who may have to repeat it. */
export type CommandKind =
  /** It changes nothing, so it may be asked twice. */
  | 'read'
  /** It changes something, or may do so. */
  | 'write'
  /** It is about the connection, waits for others, or is part of a transaction: none of it is a call of its own. */
  | 'session';

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

const READS = words(`
  BITCOUNT BITFIELD_RO BITPOS DBSIZE DUMP ECHO EVAL_RO EVALSHA_RO EXISTS EXPIRETIME FCALL_RO GEODIST GEOHASH GEOPOS GEORADIUS_RO
  GEORADIUSBYMEMBER_RO GEOSEARCH GET GETBIT GETRANGE HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN HSTRLEN
  HTTL HVALS INFO JSON.GET JSON.MGET JSON.STRLEN JSON.TYPE KEYS LASTSAVE LCS LINDEX LLEN LPOS LRANGE MGET PEXPIRETIME PFCOUNT PING
  PTTL RANDOMKEY SCAN SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SORT_RO SRANDMEMBER SSCAN STRLEN SUBSTR SUNION TIME TTL TYPE
  XINFO XLEN XPENDING XRANGE XREVRANGE ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE
  ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION
`);

const SESSION = words(`
  ASKING AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CLIENT CLUSTER DISCARD EXEC FAILOVER HELLO MONITOR MULTI PSUBSCRIBE
  PSYNC PUNSUBSCRIBE QUIT READONLY READWRITE REPLCONF RESET ROLE SELECT SENTINEL SHUTDOWN SSUBSCRIBE SUBSCRIBE SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH
  WAIT WAITAOF WATCH
`);

/** @param args those after the name */
export function kindOf(name: string, args: readonly unknown[]): CommandKind {
  if (READS.has(name)) return 'read';
  if (SESSION.has(name)) return 'session';
  // XREAD and XREADGROUP wait only when they are told to.
  if (name === 'XREAD') return blocks(args) ? 'session' : 'read';
  if (name === 'XREADGROUP' && blocks(args)) return 'session';
  return 'write';
}

function blocks(args: readonly unknown[]): boolean {
  return args.some((arg) => typeof arg === 'string' && arg.toUpperCase() === 'BLOCK');
}
