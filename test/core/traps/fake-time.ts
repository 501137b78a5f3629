import { afterEach, beforeEach, vi } from 'vitest';

/** Cockatiel takes its time from the globals: these are faked here. Ours has a clock of its own. */
export function fakeTheTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lets faked time pass until the promise settles; an error is a value here. */
export async function passing<T>(ms: number, promise: Promise<T>): Promise<T | unknown> {
  const settled = promise.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(ms);
  return settled;
}

/** Whether the promise has settled by now. */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise<void>((resolve) => setImmediate(resolve));
  return settled;
}
