/** Shared by every copy of the package, so that one knows what another has wrapped. */
const MARK = Symbol.for('crossbridge.hardened.v1');

/** Runs a method of the original with the arguments given. */
export type Invoke = (args: readonly unknown[]) => unknown;

/** What stands in the place of `method`. Its result is that of the call. */
export type MethodCall = (invoke: Invoke, args: readonly unknown[], method: object) => unknown;

interface Mark {
  readonly original: object;
  readonly calls: ReadonlyMap<string, MethodCall>;
}

/**
 * The object with some of its methods replaced by `calls`. All its other members are the original's: methods and getters see the original
 * as `this`, so private fields work, and what they call on it is not hardened a second time. Assignments go to the original.
 *
 * Of an object that is hardened already the same original is wrapped, so that nothing is ever done twice: new calls take the place of those
 * before them, and the other methods stay as they were.
 */
export function hardenedObject<T extends object>(object: T, calls: ReadonlyMap<string, MethodCall>): T {
  const before = markOf(object);
  const original = (before?.original ?? object) as T;
  const mark: Mark = { original, calls: new Map([...(before?.calls ?? []), ...calls]) };
  const handler = new HardenedHandler(mark);
  handler.proxy = new Proxy(targetFor(original), handler);
  return handler.proxy as T;
}

/** What was given to be hardened; the object itself when it was not. */
export function originalOf<T extends object>(object: T): T {
  return (markOf(object)?.original ?? object) as T;
}

function markOf(object: object): Mark | undefined {
  return (object as { [MARK]?: Mark })[MARK];
}

class HardenedHandler implements ProxyHandler<object> {
  readonly #mark: Mark;
  /** The last wrapper of each method, so that reading a method twice gives the same function. */
  readonly #wrappers = new Map<PropertyKey, { readonly method: object; readonly wrapper: unknown }>();
  proxy: object | undefined;

  constructor(mark: Mark) {
    this.#mark = mark;
  }

  get(_target: object, name: PropertyKey, receiver: unknown): unknown {
    if (name === MARK) return this.#mark;
    const { original } = this.#mark;
    const value: unknown = Reflect.get(original, name, this.#owner(receiver));
    return typeof value !== 'function' || isClass(name, value) ? value : this.#wrapperOf(name, value as AnyFunction);
  }

  set(_target: object, name: PropertyKey, value: unknown, receiver: unknown): boolean {
    return Reflect.set(this.#mark.original, name, value, this.#owner(receiver));
  }

  #owner(self: unknown): unknown {
    return self === this.proxy ? this.#mark.original : self;
  }

  #wrapperOf(name: PropertyKey, method: AnyFunction): unknown {
    const known = this.#wrappers.get(name);
    if (known?.method === method) return known.wrapper;
    const call = typeof name === 'string' ? this.#mark.calls.get(name) : undefined;
    // A proxy keeps what else a function has: its name, its length, properties of its own.
    const wrapper = new Proxy(method, {
      apply: (fn, self: unknown, args: readonly unknown[]): unknown => {
        const owner = this.#owner(self);
        if (call !== undefined) return call((given) => Reflect.apply(fn, owner, given), args, fn);
        const result: unknown = Reflect.apply(fn, owner, args);
        // A method that returns its object, to be called on, must not lead around the policies.
        return result === this.#mark.original ? this.proxy : result;
      },
    });
    this.#wrappers.set(name, { method, wrapper });
    return wrapper;
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** A class is used as it is: nobody calls it as a method, and its identity matters. */
function isClass(name: PropertyKey, value: object): boolean {
  return name === 'constructor' || Reflect.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** A proxy must show a property that cannot change as it is, so a frozen object is stood for by a copy that can. */
function targetFor(original: object): object {
  if (typeof original === 'function') return original;
  const own = Object.getOwnPropertyDescriptors(original);
  const isFixed = ({ configurable, writable, value }: PropertyDescriptor): boolean =>
    configurable === false && writable === false && typeof value === 'function';
  if (!Object.values(own).some(isFixed)) return original;
  for (const descriptor of Object.values(own)) descriptor.configurable = true;
  return Object.create(Object.getPrototypeOf(original), own);
}
