import type { Timer } from '../clock.ts';

/** Lets the process end while the timer waits, where the clock's timers can. */
export function unref(timer: Timer): void {
  call(timer, 'unref');
}

/** Keeps the process alive until the timer has fired. */
export function ref(timer: Timer): void {
  call(timer, 'ref');
}

function call(timer: Timer, method: 'ref' | 'unref'): void {
  const handle = timer as Partial<Record<typeof method, unknown>> | undefined | null;
  if (typeof handle === 'object' && handle !== null && typeof handle[method] === 'function') handle[method]();
}
