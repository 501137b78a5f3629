import type { PgDriverClient } from './driver.ts';

/** A transaction that has written something, as the server knows it. */
export interface ServerTransaction {
  readonly id: string;
  /** The history that the server has written by then. A replica that was promoted begins another one. */
  readonly timeline: string | undefined;
}

export type CurrentTransaction = ServerTransaction | 'none' | 'unsupported';

interface Abilities {
  /** Whether the server tells transactions' ids and what became of them (PostgreSQL 13). */
  readonly ids: boolean;
  readonly timeline: string | undefined;
}

const NONE: Abilities = { ids: false, timeline: undefined };

const abilities = new WeakMap<PgDriverClient, Abilities>();

const IDS = "select to_regproc('pg_catalog.pg_current_xact_id_if_assigned') is not null as ids";
/** The first eight digits of the name of a WAL file. */
const TIMELINE = 'select left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline';

/** Asks what the server can tell, once for each connection. Outside of a transaction, which a failure would end. */
export async function learnAbilities(client: PgDriverClient): Promise<void> {
  if (abilities.has(client)) return;
  const ids = (await column(client, IDS)) === true;
  abilities.set(client, ids ? { ids, timeline: await timelineOf(client) } : NONE);
}

/** Undefined where the server does not say: some managed ones, and replicas. */
export async function timelineOf(client: PgDriverClient): Promise<string | undefined> {
  const timeline = await column(client, TIMELINE);
  return typeof timeline === 'string' ? timeline : undefined;
}

/** The transaction that the connection is in; `none` as long as it has written nothing. */
export async function currentTransaction(client: PgDriverClient): Promise<CurrentTransaction> {
  const { ids, timeline } = abilities.get(client) ?? NONE;
  if (!ids) return 'unsupported';
  const { rows } = await client.query('select pg_current_xact_id_if_assigned()::text as id');
  const id = rows[0]?.id;
  return typeof id === 'string' ? { id, timeline } : 'none';
}

/** What became of it: `committed`, `aborted` or `in progress`; undefined when it was too long ago. */
export async function statusOf(client: PgDriverClient, id: string): Promise<string | undefined> {
  const { rows } = await client.query('select pg_xact_status($1::text::xid8) as status', [id]);
  return (rows[0]?.status as string | null | undefined) ?? undefined;
}

async function column(client: PgDriverClient, text: string): Promise<unknown> {
  try {
    const { rows } = await client.query(text);
    return Object.values(rows[0] ?? {})[0];
  } catch (error) {
    if ((error as { readonly severity?: unknown }).severity === 'ERROR') return undefined;
    throw error;
  }
}
