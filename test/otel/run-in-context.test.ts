import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { type Context, type ContextManager, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// A failure is reported once in the life of a module.
let runIn: typeof import('../../packages/otel/src/run-in-context.ts').runIn;

beforeEach(async () => {
  vi.resetModules();
  ({ runIn } = await import('../../packages/otel/src/run-in-context.ts'));
});

afterEach(() => context.disable());

const KEY = createContextKey('test');
const INNER = ROOT_CONTEXT.setValue(KEY, 'inner');

const seen = (): unknown => context.active().getValue(KEY);

/** As older SDKs have it. */
class WithOnly implements ContextManager {
  readonly #current = new AsyncLocalStorage<Context>();
  readonly with = vi.fn((inner: Context, fn: (...args: unknown[]) => unknown) =>
    this.#current.run(inner, fn),
  ) as ContextManager['with'];

  active(): Context {
    return this.#current.getStore() ?? ROOT_CONTEXT;
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#current.disable();
    return this;
  }
}

/** Knows nothing of asynchronous scopes, as one for browsers may. */
class Stack extends WithOnly {
  readonly stack: Context[] = [ROOT_CONTEXT];
  override readonly with = vi.fn((inner: Context, fn: () => unknown) => {
    this.stack.push(inner);
    try {
      return fn();
    } finally {
      this.stack.pop();
    }
  }) as ContextManager['with'];

  override active(): Context {
    return this.stack.at(-1) ?? ROOT_CONTEXT;
  }

  attach(inner: Context): { dispose(): void } {
    this.stack.push(inner);
    return { dispose: () => void this.stack.pop() };
  }
}

const managers = {
  'that attaches': () => new AsyncLocalStorageContextManager(),
  'that cannot attach': () => new WithOnly(),
  'whose attached contexts outlive the scope': () => new Stack(),
};

describe.each(Object.keys(managers) as (keyof typeof managers)[])('with a context manager %s', (kind) => {
  it('runs in the context, and leaves that of the caller as it was', async () => {
    context.setGlobalContextManager(managers[kind]().enable());
    for (let call = 0; call < 3; call += 1) {
      expect(await runIn(INNER, async () => seen())).toBe('inner');
      expect(seen()).toBeUndefined();
    }
  });

  it('leaves it as it was when the call throws, and lets that out', () => {
    context.setGlobalContextManager(managers[kind]().enable());
    const broken = (): never => {
      throw new Error('from next');
    };
    expect(() => runIn(INNER, broken)).toThrow('from next');
    expect(seen()).toBeUndefined();
  });
});

it.each(['that attaches', 'that cannot attach'] as const)(
  'keeps the contexts of interleaved calls apart with a manager %s, and those of other storages',
  async (kind) => {
    context.setGlobalContextManager(managers[kind]().enable());
    const request = new AsyncLocalStorage<number>();
    const calls = Array.from({ length: 100 }, (_, index) =>
      request.run(index, async () => {
        for (let hops = index % 3; hops > 0; hops -= 1) await setImmediate();
        const answer = await runIn(ROOT_CONTEXT.setValue(KEY, index), async () => {
          for (let hops = index % 5; hops > 0; hops -= 1) await setImmediate();
          return [seen(), request.getStore()];
        });
        return [...answer, seen(), request.getStore()];
      }),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => [index, index, undefined, index]));
  },
);

it.each([
  ['that cannot attach', new WithOnly()],
  ['whose attached contexts outlive the scope', new Stack()],
] as const)('asks a manager %s to run the call', async (_kind, manager) => {
  context.setGlobalContextManager(manager);
  await runIn(INNER, async () => 1);
  expect(manager.with).toHaveBeenCalledTimes(1);
});

it('notices that another manager was registered', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  await runIn(INNER, async () => 1);
  context.disable();
  context.setGlobalContextManager(new WithOnly());
  expect(await runIn(INNER, async () => seen())).toBe('inner');
});

it.runIf(Number.parseInt(process.versions.node, 10) >= 24)(
  'runs the call once, outside the context, when attaching fails later on',
  async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    await runIn(INNER, async () => 1);
    manager.attach = () => {
      throw new Error('broken context manager');
    };
    const ran = vi.fn(async () => seen());
    expect(await runIn(INNER, ran)).toBeUndefined();
    expect(ran).toHaveBeenCalledTimes(1);
  },
);

it('asks a manager that fails when it is tried to run the call', async () => {
  class Failing extends WithOnly {
    attach(): never {
      throw new Error('broken context manager');
    }
  }
  context.setGlobalContextManager(new Failing());
  expect(await runIn(INNER, async () => seen())).toBe('inner');
});
