import { BulkheadFullError } from '@crossbridge/core';

export interface GateOptions {
  /** Connections that the pool may have. Asked each time, since pools let it be changed. */
  readonly limit: () => number;
}

export interface EnterOptions {
  readonly operation: string;
  /** Callers that may wait. */
  readonly queue: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Waiter {
  readonly admit: () => void;
}

/**
 * A place for each connection of a pool and a bounded first-in-first-out queue for places, so that overload is refused here, at once
 * and by name, instead of growing the driver's own unbounded queue.
 */
export class ConnectionGate {
  readonly #limit: () => number;
  readonly #waiters: Waiter[] = [];
  #taken = 0;

  constructor({ limit }: GateOptions) {
    this.#limit = limit;
  }

  /** Connections in use or about to be. */
  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Takes a place; the function returned gives it back, once, however often it is called.
   *
   * @throws BulkheadFullError when the queue is full or the wait too long; the signal's reason
   */
  async enter(options: EnterOptions): Promise<() => void> {
    options.signal?.throwIfAborted();
    if (this.#waiters.length > 0 || this.#taken >= this.#limit()) await this.#wait(options);
    else this.#taken += 1;
    return this.#leaveOnce();
  }

  /** Takes a place beyond the limit: for who holds a place already and would otherwise wait for itself. */
  enterAnyway(): () => void {
    this.#taken += 1;
    return this.#leaveOnce();
  }

  #leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken -= 1;
      this.#admitWaiting();
    };
  }

  #admitWaiting(): void {
    while (this.#taken < this.#limit()) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      this.#taken += 1;
      waiter.admit();
    }
  }

  #wait({ operation, queue, timeoutMs, signal }: EnterOptions): Promise<void> {
    const limit = this.#limit();
    if (this.#waiters.length >= queue) {
      const reason = `all ${limit} connections of the pool and all ${queue} places to wait for one are taken`;
      return Promise.reject(new BulkheadFullError(operation, reason));
    }
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        const index = this.#waiters.indexOf(waiter);
        if (index >= 0) this.#waiters.splice(index, 1);
      };
      const waiter: Waiter = {
        admit: () => {
          settle();
          resolve();
        },
      };
      const abort = (): void => {
        settle();
        reject(signal?.reason);
      };
      const expire = (): void => {
        settle();
        const reason = `none of the ${limit} connections of the pool became free within ${timeoutMs} ms`;
        reject(new BulkheadFullError(operation, reason));
      };
      const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(expire, timeoutMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
    });
  }
}
