import { InvalidArgumentError } from './errors.ts';
import type { BridgeEvent, Observer, PlainCall, Scope } from './observer.ts';

/**
 * How much of a call is told: nothing, only that it went through if it does so at once, the same of one that runs in the contexts of the
 * observers, or every fact.
 */
export type Wish = 'nothing' | 'plain' | 'scoped' | 'all';

export type ObserverErrorHandler = (error: unknown, observer: Observer) => void;

/**
 * The only place that calls observers. Whatever an observer throws, returns or forgets, the application's call runs exactly once
 * and keeps its own result.
 */
export class Notifier {
  readonly #reported = new WeakSet<Observer>();
  readonly #onError: ObserverErrorHandler;
  #observers: readonly Observer[] = [];
  /** Those that run calls and attempts in a context of their own. */
  #around: readonly Observer[] = [];

  constructor(onError: ObserverErrorHandler = warn) {
    this.#onError = onError;
  }

  /** The most that one of the observers wants. Asked at the beginning of each call, since what they wait for comes at any time. */
  poll(): Wish {
    let most: Wish = 'nothing';
    for (const observer of this.#observers) {
      const wish = wishOf(observer);
      if (wish === 'all') return wish;
      if (wish === 'scoped' || (wish === 'plain' && most === 'nothing')) most = wish;
    }
    return most;
  }

  /** Adds an observer; the function returned removes it. */
  add(observer: Observer): () => void {
    if (typeof observer !== 'object' || observer === null) {
      throw new InvalidArgumentError(`An observer must be an object with on or around, got ${String(observer)}`);
    }
    this.#watchWith([...this.#observers, observer]);
    return () => this.#watchWith(this.#observers.filter((other) => other !== observer));
  }

  tell(event: BridgeEvent): void {
    for (const observer of this.#observers) {
      try {
        const returned: unknown = observer.on?.(event);
        // An observer that is asynchronous against its type must not end the process with an unhandled rejection.
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#report(error, observer));
      } catch (error) {
        this.#report(error, observer);
      }
    }
  }

  plain(call: PlainCall): void {
    for (const observer of this.#observers) {
      try {
        const returned: unknown = observer.plain?.(call);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#report(error, observer));
      } catch (error) {
        this.#report(error, observer);
      }
    }
  }

  /** Runs `next` once, inside the contexts of every observer, the first added outermost. `next` must not throw synchronously. */
  around<T>(scope: Scope, next: () => Promise<T>): Promise<T> {
    const [first] = this.#around;
    if (first !== undefined && this.#around.length === 1) return this.#enter(first, scope, next);
    return this.#around.reduceRight<() => Promise<T>>(
      (inner, observer) => () => this.#enter(observer, scope, inner),
      next,
    )();
  }

  #watchWith(observers: readonly Observer[]): void {
    this.#observers = observers;
    this.#around = observers.filter(hasAround);
  }

  #enter<T>(observer: Observer, scope: Scope, next: () => Promise<T>): Promise<T> {
    let own: Promise<T> | undefined;
    const once = (): Promise<T> => {
      own ??= next();
      return own;
    };
    try {
      const returned: unknown = observer.around?.(scope, once);
      // Its promise is not used, so nobody else would hear of its rejection.
      if (returned !== own && returned instanceof Promise) {
        returned.catch((error: unknown) => {
          own?.catch((cause: unknown) => error !== cause && this.#report(error, observer));
        });
      }
    } catch (error) {
      this.#report(error, observer);
    }
    return own ?? once();
  }

  #report(error: unknown, observer: Observer): void {
    if (this.#reported.has(observer)) return;
    this.#reported.add(observer);
    try {
      this.#onError(error, observer);
    } catch {
      // The handler of last resort has failed too; the application's call matters more.
    }
  }
}

/** An observer that cannot say whether it wants anything gets everything, and is reported when it fails at that. */
function wishOf(observer: Observer): Wish {
  try {
    const wanted = observer.wants?.() ?? true;
    if ((wanted === 'plain' || wanted === 'scoped') && observer.plain !== undefined) return wanted;
    return wanted ? 'all' : 'nothing';
  } catch {
    return 'all';
  }
}

/** A member that cannot even be read is reported when it is used. */
function hasAround(observer: Observer): boolean {
  try {
    return observer.around !== undefined;
  } catch {
    return true;
  }
}

function warn(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`An observer failed; its further failures are not reported. ${text}`, {
    type: 'CrossbridgeWarning',
    code: 'CROSSBRIDGE_OBSERVER',
  });
}
