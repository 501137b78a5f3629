import { AsyncResource } from 'node:async_hooks';
import { type Context, type ContextManager, context, createContextKey } from '@opentelemetry/api';
import { reportFailure } from './failures.ts';
import { registeredApi } from './registered-api.ts';

/** Before, an AsyncResource costs more than it saves: every one of them is told to the hooks behind AsyncLocalStorage. */
const SCOPES_ARE_CHEAP: boolean = Number.parseInt(process.versions.node, 10) >= 24;

const PROBE = createContextKey('crossbridge.probe');

/** The manager that was looked at last, and whether what it attaches ends with the scope of an AsyncResource. */
let known: ContextManager | undefined;
let scoped = false;

/** Runs `next` exactly once, in `inner`, even if the context manager fails before or after it. */
export function runIn<T>(inner: Context, next: () => Promise<T>): Promise<T> {
  const manager = attaching();
  if (manager === undefined) return runWith(inner, next);
  return new AsyncResource('CrossbridgeCall').runInAsyncScope(attachAndRun<T>, undefined, manager, inner, next);
}

/**
 * What `context.with` does, at half the price: it copies the values of every AsyncLocalStorage of the process twice, on the way in and again on
 * the way out, while the end of an asynchronous scope puts back what was there.
 */
function attachAndRun<T>(manager: Attaching, inner: Context, next: () => Promise<T>): Promise<T> {
  try {
    manager.attach(inner);
  } catch (error) {
    reportFailure('entering a scope', error);
  }
  return next();
}

function runWith<T>(inner: Context, next: () => Promise<T>): Promise<T> {
  let result: Promise<T> | undefined;
  let entered = false;
  try {
    context.with(inner, () => {
      entered = true;
      result = next();
    });
  } catch (error) {
    // `next` itself threw: that is for core to judge.
    if (entered && result === undefined) throw error;
    reportFailure('entering a scope', error);
  }
  return result ?? next();
}

type Attaching = ContextManager & Required<Pick<ContextManager, 'attach'>>;

/** The context manager, if what it attaches is gone at the end of an asynchronous scope. */
function attaching(): Attaching | undefined {
  if (!SCOPES_ARE_CHEAP) return undefined;
  const manager = registeredApi()?.context;
  if (manager !== known) {
    known = manager;
    scoped = manager !== undefined && endsWithScope(manager);
  }
  return scoped ? (manager as Attaching) : undefined;
}

/** Tried rather than known: a manager is whatever the application registers, and older SDKs cannot attach. */
function endsWithScope(manager: ContextManager): boolean {
  if (manager.attach === undefined) return false;
  try {
    const before = manager.active();
    const probe = before.setValue(PROBE, true);
    const attached = new AsyncResource('CrossbridgeProbe').runInAsyncScope(() => {
      const token = manager.attach?.(probe);
      return { token, seen: manager.active() };
    });
    const restored = manager.active() === before;
    if (!restored) attached.token?.dispose();
    return restored && attached.seen === probe;
  } catch {
    // One that fails at this is asked in the usual way, and its failure there is reported.
    return false;
  }
}
