interface AnyAsyncGenerator {
  next(...args: never): PromiseLike<unknown>;
  [Symbol.asyncIterator](): unknown;
}

type Deferred = PromiseLike<unknown> | AnyAsyncGenerator;

/** The names among `M` of methods of `T` that return their result at once. */
type SyncNames<T, M extends PropertyKey> = {
  [K in Extract<keyof T, M>]: NonNullable<T[K]> extends (...args: never) => Deferred ? never : K;
}[Extract<keyof T, M>];

type Asynchronous<F> = F extends (...args: infer Args) => infer R ? (...args: Args) => Promise<Awaited<R>> : F;

/** `T`, of which the methods `M` return promises: the type itself where they do anyway. */
export type Hardened<T, M extends PropertyKey> = [SyncNames<T, M>] extends [never]
  ? T
  : Omit<T, SyncNames<T, M>> & { [K in SyncNames<T, M>]: Asynchronous<T[K]> };
