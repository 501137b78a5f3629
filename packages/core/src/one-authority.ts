import { AsyncLocalStorage } from 'node:async_hooks';
import { isProbe } from './health/probe.ts';
import type { AttemptContext, AttemptFunction } from './pipeline/attempt.ts';
import type { Call } from './pipeline/call.ts';
import type { Operation } from './pipeline/operation.ts';
import { processWide } from './process-wide.ts';

/** What a client speaks; `model` is an AI SDK's own interface of models, which speak HTTP. */
export type Layer = 'model' | 'http' | 'sql' | 'redis';

/**
 * What a hardened client is to do with a call: put it under the policies (`full`); put it under them with one attempt (`once`, see `nested` of
 * `RunOptions`), since a call around it is retried; or hand it on untouched (`none`).
 */
export type Authority = 'full' | 'once' | 'none';

/** An attempt under way. */
interface Mark {
  readonly operation: string | undefined;
  readonly layer: Layer | undefined;
  /** Whether its call makes another when it fails. */
  readonly retries: boolean;
  readonly outer: Mark | undefined;
  /** False once it has ended: what it left running is on its own. */
  active: boolean;
}

interface State {
  readonly marks: AsyncLocalStorage<Mark>;
  /** The operations that hardened clients ask about. While there are none, no attempt needs a mark. */
  readonly asked: Set<string>;
}

const { marks, asked } = processWide<State>('authority.v1', () => ({
  marks: new AsyncLocalStorage<Mark>(),
  asked: new Set<string>(),
}));

/**
 * Asked by every hardened client before each of its calls, so that neither attempts nor limits multiply where one call is made by another:
 *
 * - inside an attempt of the same operation a call passes by: that one has paid for it and holds a slot;
 * - so it does where another hardened client, of the same layer, makes it (`hardenPgPool` on a patched `pg`), and in a health check;
 * - inside an attempt of another operation whose calls are retried it keeps its limits, breaker, bulkhead and timeouts, and has one attempt;
 * - everywhere else it is a call like any other.
 *
 * `bridge.run` and `bridge.retry` do not ask: whoever writes one inside another means it.
 *
 * @param layer undefined for a client of which only the application knows what it speaks
 */
export function authorityOver(operation: string, layer?: Layer): Authority {
  if (isProbe()) return 'none';
  willAskAbout(operation);
  let retried = false;
  for (let mark = current(); mark !== undefined; mark = mark.outer) {
    if (!mark.active) continue;
    if (mark.operation === operation || covers(mark.layer, layer)) return 'none';
    retried ||= mark.retries;
  }
  return retried ? 'once' : 'full';
}

/** Says that a hardened client is going to ask {@link authorityOver} about the operation. Calls that began before are not known to it. */
export function willAskAbout(operation: string): void {
  asked.add(operation);
}

/**
 * Whether a call around the code that asks is retried when it fails, so that the retries of a library that stands between the two would
 * multiply its attempts. A hardened client of the same layer is asked by the library itself, and has seen to that.
 */
export function isRetriedAround(layer: Layer): boolean {
  for (let mark = current(); mark !== undefined && mark.layer !== layer; mark = mark.outer) {
    if (mark.active && mark.retries) return true;
  }
  return false;
}

/**
 * Runs `fn` as the attempt of a hardened client: other hardened clients of the same layer pass their calls by until what it returns has
 * settled.
 */
export function runAsAttempt<T>(layer: Layer, fn: () => T): T {
  const mark = markOf(undefined, layer, false);
  let result: T;
  try {
    result = marks.run(mark, fn);
  } catch (error) {
    mark.active = false;
    throw error;
  }
  endWith(result, mark);
  return result;
}

/** The function, whose runs are known as attempts of the call to those who ask: the function itself while nobody does. */
export function asAttempts<T>(operation: Operation, call: Call, fn: AttemptFunction<T>): AttemptFunction<T> {
  if (asked.size === 0) return fn;
  const { name } = operation;
  const retries = isRetried(operation, call);
  if (!retries && !asked.has(name)) return fn;
  return (context) => {
    const mark = markOf(name, undefined, retries);
    return marks.run(mark, attempt, fn, context, mark);
  };
}

function attempt<T>(fn: AttemptFunction<T>, context: AttemptContext, mark: Mark): T | PromiseLike<T> {
  let result: T | PromiseLike<T>;
  try {
    result = fn(context);
    // A lazy query begins when it is waited for: in here, where the attempt is known.
    if (isLazy(result)) result = begun(result);
  } catch (error) {
    mark.active = false;
    throw error;
  }
  endWith(result, mark);
  return result;
}

function begun<T>(lazy: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    lazy.then(resolve, reject);
  });
}

function isLazy<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  const { then } = (result ?? {}) as { readonly then?: unknown };
  return typeof then === 'function' && then !== Promise.prototype.then;
}

/** Promise's own `then`, because to call that of a lazy query would run it. */
function endWith(result: unknown, mark: Mark): void {
  const end = (): void => {
    mark.active = false;
  };
  if (result instanceof Promise) void Promise.prototype.then.call(result, end, end);
  else end();
}

function isRetried(operation: Operation, call: Call): boolean {
  const policy = operation.retryFor(call);
  if (policy === null || operation.retryMode === 'shadow') return false;
  return Math.min(policy.maxAttempts, call.maxAttempts ?? Number.POSITIVE_INFINITY) > 1;
}

/** Only attempts that go on are remembered: a timer that is set anew inside each attempt would make a chain of them. */
function markOf(operation: string | undefined, layer: Layer | undefined, retries: boolean): Mark {
  return { operation, layer, retries, outer: current(), active: true };
}

function covers(outer: Layer | undefined, inner: Layer | undefined): boolean {
  if (outer === undefined || inner === undefined) return false;
  return outer === inner || (outer === 'model' && inner === 'http');
}

function current(): Mark | undefined {
  let mark = marks.getStore();
  while (mark !== undefined && !mark.active) mark = mark.outer;
  return mark;
}
