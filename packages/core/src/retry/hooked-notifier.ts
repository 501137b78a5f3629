import { Notifier, type Wish } from '../notifier.ts';
import type { BridgeEvent, PlainCall, Scope } from '../observer.ts';

/** Tells the observers of a bridge, and the caller of one call besides. */
export class HookedNotifier extends Notifier {
  readonly #base: Notifier;
  readonly #hook: (event: BridgeEvent) => void;

  /** `hook` must not throw. */
  constructor(base: Notifier, hook: (event: BridgeEvent) => void) {
    super();
    this.#base = base;
    this.#hook = hook;
  }

  /** Whoever is hooked wants to know of what is not plain. */
  override poll(): Wish {
    const wish = this.#base.poll();
    return wish === 'nothing' ? 'plain' : wish;
  }

  override tell(event: BridgeEvent): void {
    this.#base.tell(event);
    this.#hook(event);
  }

  override plain(call: PlainCall): void {
    this.#base.plain(call);
  }

  override around<T>(scope: Scope, next: () => Promise<T>): Promise<T> {
    return this.#base.around(scope, next);
  }
}
