import { type Bridge, type CallKey, type OptionNames, optionNames, refuseOption } from '@crossbridge/core';

/** What may be said of the calls of a hardened client, for all of them or, with `with`, for some. */
export interface DatabaseCallOptions {
  /** For whom the calls are made: the partition of rate limits. */
  readonly key?: CallKey | undefined;
  /**
   * Which statements may run twice, so that they are repeated when their reply is lost. Default false: none. `reads`: those that look
   * like reads by their text (SELECT and its kin, without locks, INTO or data-modifying WITH); a function that such a statement calls may
   * still write. True: all. Whatever is said here, a statement that certainly did not happen, or was rolled back as a whole, is repeated.
   */
  readonly idempotent?: boolean | 'reads' | undefined;
  /** Ends calls at once with its reason; what runs on the server is cancelled. */
  readonly signal?: AbortSignal | undefined;
  /** The most a call may take, in milliseconds. */
  readonly deadlineMs?: number | undefined;
}

/** How a client is hardened. */
export interface HardenDatabaseOptions extends DatabaseCallOptions {
  /** The bridge whose operation the calls belong to. */
  readonly bridge: Bridge;
  /** Default `db.query`. */
  readonly operation?: string | undefined;
}

export const DATABASE_CALL_OPTIONS: OptionNames = optionNames<DatabaseCallOptions>({
  key: true,
  idempotent: true,
  signal: true,
  deadlineMs: true,
});

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertDatabaseCallOptions({ idempotent }: DatabaseCallOptions, whose: string): void {
  if (idempotent === undefined || typeof idempotent === 'boolean' || idempotent === 'reads') return;
  refuseOption('idempotent', whose, 'true, false or "reads"', idempotent);
}

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertHardenDatabaseOptions(options: HardenDatabaseOptions, whose: string): void {
  // Not by its class: another copy of the package makes bridges, too.
  const bridge = options.bridge as Partial<Bridge> | null | undefined;
  if (typeof bridge?.run !== 'function') refuseOption('bridge', whose, 'a bridge (see createBridge)', bridge);
  const { operation } = options;
  if (operation !== undefined && (typeof operation !== 'string' || operation === '')) {
    refuseOption('operation', whose, 'a non-empty string', operation);
  }
  assertDatabaseCallOptions(options, whose);
}
