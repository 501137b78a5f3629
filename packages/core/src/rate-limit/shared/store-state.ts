/** `ramping`: the store answers again, and gets more questions with each good answer. */
export type StoreState = 'up' | 'down' | 'ramping';

/**
 * What decides while the store does not: `local`, a limit of this process alone, of its share of the capacity; `allow` or `deny`
 * everything.
 */
export type StoreErrorMode = 'local' | 'allow' | 'deny';

/** How a question to the store ended. */
export type StoreResult = 'ok' | 'timeout' | 'error';

/** What observers are told of the store of shared rate limits. */
export type StoreFact =
  | {
      /** It was asked. */
      readonly type: 'rate_limit.store_asked';
      readonly result: StoreResult;
      readonly durationMs: number;
      readonly call: undefined;
    }
  | {
      /** It failed, is tried again, or decides again. */
      readonly type: 'rate_limit.store_changed';
      readonly from: StoreState;
      readonly to: StoreState;
      /** What decides unless it is up. */
      readonly mode: StoreErrorMode;
      readonly call: undefined;
    };
