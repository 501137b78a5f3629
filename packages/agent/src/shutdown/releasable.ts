import { AsyncLocalStorage, createHook } from 'node:async_hooks';

interface Releasable {
  unref(): void;
}

/** Runs work whose timers and sockets can later be told to hold the process no longer. */
export class ReleasableWork {
  readonly #inside = new AsyncLocalStorage<true>();
  readonly #resources: WeakRef<Releasable>[] = [];

  async run<T>(work: () => Promise<T>): Promise<T> {
    const hook = createHook({
      init: (_id, _type, _trigger, resource) => {
        if (this.#inside.getStore() === true && isReleasable(resource)) this.#resources.push(new WeakRef(resource));
      },
    }).enable();
    try {
      return await this.#inside.run(true, work);
    } finally {
      hook.disable();
    }
  }

  /** What the work still waits for holds the process no longer. */
  release(): void {
    for (const resource of this.#resources) resource.deref()?.unref();
  }
}

function isReleasable(resource: object): resource is Releasable {
  return typeof (resource as Partial<Releasable>).unref === 'function';
}
