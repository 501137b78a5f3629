import { Notifier } from '../notifier.ts';
import type { BridgeEvent, Scope } from '../observer.ts';

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

  override get active(): boolean {
    return true;
  }

  override poll(): boolean {
    this.#base.poll();
    return true;
  }

  override tell(event: BridgeEvent): void {
    this.#base.tell(event);
    this.#hook(event);
  }

  override around<T>(scope: Scope, next: () => Promise<T>): Promise<T> {
    return this.#base.around(scope, next);
  }
}
