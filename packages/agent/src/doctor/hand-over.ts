import type { Bridge } from '@crossbridge/core';
import type { ConfigWarning } from '@crossbridge/core/config';
import type { Patch } from '../patches/patch.ts';

/** What the agent lets `crossbridge doctor` look at. */
export interface AgentParts {
  readonly bridge: Bridge;
  readonly patches: readonly Patch[];
  /** Absolute path of the config; undefined when there is none. */
  readonly file: string | undefined;
  readonly warnings: readonly ConfigWarning[];
}

/** Where the doctor, who comes first, waits for what the agent hands over. Each may be of another copy of the package. */
export const WAITING: unique symbol = Symbol.for('crossbridge.doctor.v1');

interface Holder {
  [WAITING]?: (parts: AgentParts) => void;
}

/** Lets the doctor look, if one is there. */
export function handOver(parts: AgentParts): void {
  (globalThis as Holder)[WAITING]?.(parts);
}

/** Has the agent hand over what it starts from now on. */
export function onHandOver(take: (parts: AgentParts) => void): void {
  (globalThis as Holder)[WAITING] = take;
}
