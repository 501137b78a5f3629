import { isQuery, type PostgresSql } from './driver.ts';

/** The function of a transaction, or of a savepoint in it, whose failures are noted. */
export function watchedSql(sql: PostgresSql, failures: WeakSet<object>): PostgresSql {
  const watch = (value: unknown): unknown => {
    if (!isQuery(value)) return value;
    const { reject } = value;
    value.reject = (error) => {
      if (typeof error === 'object' && error !== null) failures.add(error);
      reject(error);
    };
    return value;
  };
  const unsafe: PostgresSql['unsafe'] = (...args) => watch(sql.unsafe(...args)) as ReturnType<PostgresSql['unsafe']>;
  const savepoint = (name: unknown, work?: (inner: PostgresSql) => unknown): Promise<unknown> => {
    const inside = (work ?? name) as (inner: PostgresSql) => unknown;
    const watched = (inner: PostgresSql): unknown => inside(watchedSql(inner, failures));
    return work === undefined ? sql.savepoint(watched) : sql.savepoint(name, watched);
  };
  return new Proxy(sql, {
    apply: (target, _, args) => watch(Reflect.apply(target, undefined, args)),
    get: (target, name) => {
      if (name === 'unsafe') return unsafe;
      return name === 'savepoint' ? savepoint : Reflect.get(target, name);
    },
  });
}
