export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export * from './errors.ts';
export type * from './observer.ts';
