import type { CallInfo } from '@crossbridge/core';
import { type Context, createContextKey } from '@opentelemetry/api';
import { LinkedContext } from './linked-context.ts';

/** Where code runs: inside a call and, when `attempt` is not 0, inside one of its attempts, if that has begun already. */
export interface CallPosition {
  readonly call: CallInfo;
  attempt: number;
  /** Client spans started in this attempt, by anyone. */
  clientSpans: number;
}

const POSITION_KEY = createContextKey('crossbridge.position');

/** The innermost call, or attempt of it, that `context` belongs to. */
export function positionIn(context: Context): CallPosition | undefined {
  return context.getValue(POSITION_KEY) as CallPosition | undefined;
}

export function withPosition(context: Context, position: CallPosition): Context {
  return new LinkedContext(context, POSITION_KEY, position);
}
