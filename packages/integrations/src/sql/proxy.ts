/** Members that take the place of those of an object. */
export type Overrides = Readonly<Record<PropertyKey, unknown>>;

/**
 * The object, but for some members. Everything else is the object's own: its methods run with the object itself as `this`, so its insides
 * never meet the overrides; its class, events and fields are the same. A method that returns the object returns the proxy.
 */
export function overridden<T extends object>(target: T, overrides: Overrides): T {
  const methods = new WeakMap<object, unknown>();
  const proxy: T = new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(overrides, name)) return overrides[name];
      const value: unknown = Reflect.get(target, name, target);
      // Functions in fields of its own (`pool.Client`, `pool.Promise`) are no methods, and may be classes.
      if (typeof value !== 'function' || name === 'constructor' || Object.hasOwn(target, name)) return value;
      let method = methods.get(value);
      if (method === undefined) {
        method = onTarget(value as Method);
        methods.set(value, method);
      }
      return method;
    },
    has: (_, name) => Object.hasOwn(overrides, name) || Reflect.has(target, name),
    set: (_, name, value) => Reflect.set(target, name, value, target),
  });
  function onTarget(method: Method): Method {
    return function (this: unknown, ...args) {
      const result = Reflect.apply(method, this === proxy ? target : this, args);
      return result === target ? proxy : result;
    };
  }
  return proxy;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
